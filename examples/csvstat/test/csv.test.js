"use strict";

const assert = require("node:assert");
const test = require("node:test");

const { parse, statistics } = require("../lib/csv.js");

test("rows and fields", () => {
  assert.deepStrictEqual(parse("a,b\r\n1,2\n3,"), [["a", "b"], ["1", "2"], ["3", ""]]);
});

test("quotes", () => {
  assert.deepStrictEqual(parse('"a,b","c""d"\n"e\nf"'), [["a,b", 'c"d'], ["e\nf"]]);
});

test("nothing", () => {
  assert.deepStrictEqual(parse(""), []);
});

test("numbers are added up", () => {
  const rows = [["name", "size"], ["x", "1"], ["y", "3"]];
  assert.deepStrictEqual(statistics(rows), { size: { count: 2, sum: 4, mean: 2 } });
});
