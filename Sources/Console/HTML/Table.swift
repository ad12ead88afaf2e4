/// A table of a page. The first cell of each row is its heading; a column without a title is that of buttons.
struct Table {
    /// What it is called for who does not see it.
    let label: String
    let columns: [String]
    var rows: [[Cell]] = []

    var values: Values {
        [
            "label": label,
            "columns": columns.map { ["title": $0.isEmpty ? "Actions" : $0, "isUnseen": $0.isEmpty] as Values },
            "rows": rows.map { row -> Values in
                [
                    "cells": row.enumerated().map { index, cell -> Values in
                        var values = cell.values
                        values["isHead"] = index == 0
                        return values
                    }
                ]
            },
        ]
    }
}
