import { furnish } from "../furniture/base.js";
import { watchKeeping } from "./keeping.js";
import { watchSearchBox } from "./suggest.js";
import "./portal.css";
import "./pages.css";

furnish();
watchSearchBox();
watchKeeping();
