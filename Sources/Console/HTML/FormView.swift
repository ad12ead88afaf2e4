import API
import HTTPTypes

/// A page that is a form: what it asks for, and what its button does. One template shows all of them.
struct FormView {
    struct Link {
        let title: String
        let href: String
    }

    struct Option {
        let value: String
        let title: String
    }

    struct Field {
        enum Kind {
            case text, area, number, time, check, file
            case choice([Option])
            /// What has to be typed to go on.
            case word(String)
        }

        let name: String
        let label: String
        var kind = Kind.text
        var value = ""
        var hint: String?
        var isRequired = false
        var longest = 255
    }

    let title: String
    var crumbs: [Link] = []
    /// What the button will do, a paragraph each.
    var text: [String] = []
    /// What it is done to, where that is several things.
    var list: [String] = []
    var fields: [Field] = []
    let button: String
    var isDangerous = false
    /// Where one goes who does not.
    let back: String
    /// Makes a form that is sent twice do its work once.
    var once: String?
    /// What else the form carries.
    var hidden: [(name: String, value: String)] = []

    func view(section: String, region: String?) -> View {
        var hidden = hidden
        if let once { hidden.append(("once", once)) }
        let isMultipart = fields.contains { if case .file = $0.kind { true } else { false } }
        var view = View(
            title: title,
            template: "form-page",
            values: [
                "crumbs": crumbs.map { ["title": $0.title, "href": $0.href] as Values },
                "paragraphs": text.map { ["text": $0] as Values },
                "things": list.map { ["text": $0] as Values },
                "hasThings": !list.isEmpty,
                "fields": fields.map(\.values),
                "hidden": hidden.map { ["name": $0.name, "value": $0.value] as Values },
                "button": button, "isDangerous": isDangerous, "back": back, "isMultipart": isMultipart,
            ]
        )
        view.section = section
        view.region = region
        return view
    }
}

extension FormView.Field {
    var values: Values {
        var values: Values = [
            "name": name, "label": label, "value": value, "hint": hint, "isRequired": isRequired, "longest": longest,
            "isText": false, "isArea": false, "isNumber": false, "isTime": false, "isCheck": false, "isFile": false, "isChoice": false,
            "isChecked": value == "on", "word": nil, "options": [] as [Values],
        ]
        switch kind {
        case .text: values["isText"] = true
        case .area: values["isArea"] = true
        case .number: values["isNumber"] = true
        case .time: values["isTime"] = true
        case .check: values["isCheck"] = true
        case .file: values["isFile"] = true
        case .word(let word): values["word"] = word
        case .choice(let options):
            values["isChoice"] = true
            values["options"] = options.map { ["value": $0.value, "title": $0.title, "isChosen": $0.value == value] as Values }
        }
        return values
    }
}

extension Visit {
    /// A field with what was entered, or what it begins with.
    func field(
        _ name: String,
        _ label: String,
        _ kind: FormView.Field.Kind = .text,
        from start: String = "",
        hint: String? = nil,
        isRequired: Bool = false,
        longest: Int = 255
    ) -> FormView.Field {
        let value = request.method == .post ? field(name) : (query(name).isEmpty ? start : query(name))
        return FormView.Field(
            name: name,
            label: label,
            kind: kind,
            value: value,
            hint: hint,
            isRequired: isRequired,
            longest: longest
        )
    }

    /// Asks for a word that says what goes.
    func confirmation(_ word: String) -> FormView.Field {
        FormView.Field(name: "word", label: "", kind: .word(word), value: field("word"), isRequired: true, longest: 2048)
    }

    /// - Throws: `CallRefusal` where another word was entered than the form asks for.
    func confirm(_ word: String) throws {
        guard field("word") == word else { throw refusal("NotConfirmed", "Type \(word) to go on. Nothing was changed.") }
    }

    /// Something that the console itself cannot do with what was entered.
    func refusal(_ code: String, _ message: String) -> CallRefusal {
        CallRefusal(status: 400, code: code, message: message, requestID: requestID)
    }

    /// Those of fields that were filled in, under the names of the API.
    func parameters(_ names: [(field: String, parameter: String)]) -> [(String, String)] {
        names.compactMap { field($0.field).isEmpty ? nil : ($0.parameter, field($0.field)) }
    }
}
