"use strict";

const { parse, statistics } = require("../lib/csv.js");

const lines = ["id,name,size"];
for (let i = 0; i < 1600; i++) {
  lines.push(`${i},"item ${i}, of ${i % 7}",${(i * 37) % 1000}`);
}
console.log(JSON.stringify(statistics(parse(lines.join("\n")))));
