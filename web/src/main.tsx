import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Workbench } from "./app/Workbench";
import "./styles.css";

const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><Workbench /></StrictMode>);
