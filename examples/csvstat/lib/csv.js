"use strict";

/** Split the text of a CSV file (RFC 4180: quoted fields may hold commas, line ends and doubled quotes) into rows. */
function parse(text) {
  const letters = text.split("");
  const rows = [];
  let row = [];
  let field = "";
  let quoted = false;
  while (letters.length > 0) {
    const letter = letters.shift();
    if (quoted) {
      if (letter !== '"') {
        field += letter;
      } else if (letters[0] === '"') {
        field += letters.shift();
      } else {
        quoted = false;
      }
    } else if (letter === '"') {
      quoted = true;
    } else if (letter === ",") {
      row = [...row, field];
      field = "";
    } else if (letter === "\n") {
      rows.push([...row, field]);
      row = [];
      field = "";
    } else if (letter !== "\r") {
      field += letter;
    }
  }
  if (field !== "" || row.length > 0) {
    rows.push([...row, field]);
  }
  return rows;
}

/** Number, sum and mean of each column with numbers only, by the name in the first row. */
function statistics(rows) {
  const [names, ...records] = rows;
  const found = {};
  names.forEach((name, column) => {
    const values = records.map((record) => Number(record[column]));
    if (values.length > 0 && values.every(Number.isFinite)) {
      const sum = values.reduce((total, value) => total + value, 0);
      found[name] = { count: values.length, sum, mean: sum / values.length };
    }
  });
  return found;
}

module.exports = { parse, statistics };
