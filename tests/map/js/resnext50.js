// The map's data of ResNeXt-50 32x4d, as Python writes it for these tests.

import { readFileSync } from "node:fs";
import { Networks } from "../../../explorer/map/frontend/model/networks.js";

export const data = JSON.parse(readFileSync(process.env.MAP_DATA, "utf-8"));
export const networks = new Networks(data);
