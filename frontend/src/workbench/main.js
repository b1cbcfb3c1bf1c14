import { furnish } from "../furniture/base.js";
import { watchDesk } from "./desk.js";
import { watchMarc } from "./marc.js";
import { watchKeys } from "./keys.js";
import { watchNetwork, watchSignOut } from "./offline.js";
import { watchPrinting } from "./print.js";
import "./workbench.css";
import "./office.css";
import { helpDesk } from "./desk-extras.js";

furnish();
watchKeys();
watchMarc();
watchDesk();
watchPrinting();
helpDesk();
watchNetwork();
watchSignOut();
