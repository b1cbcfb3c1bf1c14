import { furnish } from "../furniture/base.js";
import "./portal.css";
import "./pages.css";

furnish();
