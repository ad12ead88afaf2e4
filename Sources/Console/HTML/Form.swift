/// A form of a page, which the template `form` shows.
struct Form {
    /// What stands on its button.
    let title: String
    /// The value of the field `do`.
    let act: String
    var fields: [Field]
    var hidden: [(String, String)] = []
    /// Where *Cancel* leads, if it stands there.
    var cancel: String?
    var isCard = false
    /// What is said before the fields.
    var about: String?

    var values: Values {
        [
            "title": title, "do": act, "fields": fields.map(\.values), "cancel": cancel, "isCard": isCard, "about": about,
            "hidden": hidden.map { ["name": $0.0, "value": $0.1] as Values },
        ]
    }
}

/// One field of a form.
struct Field {
    enum Kind {
        case text
        case password
        /// Of as many lines.
        case area(Int)
        case check
        /// Values and what is read of each.
        case choice([(value: String, title: String)])
    }

    let name: String
    let label: String
    var kind = Kind.text
    var value = ""
    var hint: String?
    var max: Int?
    var isRequired = false
    /// What a browser proposes.
    var suggestions: [String] = []

    var values: Values {
        let id = "field-\(name)"
        var values: Values = [
            "name": name, "id": id, "label": label, "value": value, "hint": hint, "max": max.map(String.init), "isRequired": isRequired,
            "type": nil, "rows": nil, "isCheck": false, "isOn": value == "on", "options": nil, "isChoice": false, "list": nil,
            "suggestions": nil,
        ]
        switch kind {
        case .text: values["type"] = "text"
        case .password: (values["type"], values["value"]) = ("password", nil)
        case .area(let rows): values["rows"] = String(rows)
        case .check: values["isCheck"] = true
        case .choice(let options):
            values["isChoice"] = true
            values["options"] = options.map { ["value": $0.value, "title": $0.title, "isChosen": $0.value == value] as Values }
        }
        if !suggestions.isEmpty {
            values["list"] = "\(id)-list"
            values["suggestions"] = suggestions.map { ["value": $0] as Values }
        }
        return values
    }
}
