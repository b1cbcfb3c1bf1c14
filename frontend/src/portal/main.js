import { furnish } from "../furniture/base.js";
import "./portal.css";

furnish();
