/// What stands in a cell of a table, or beside the name of a fact.
enum Cell {
    case text(String?)
    case code(String?)
    case id(String?)
    case link(String, to: String)
    case time(String?)
    /// A time in seconds, as services of JSON tell it.
    case seconds(Double?)
    case state(Values)
    case acts([Act])

    static func state(_ name: String) -> Cell { .state(Shown.state(name)) }

    static func names(_ names: [String]) -> Cell { .text(names.joined(separator: ", ")) }

    /// All names, so that none falls through to what stands around.
    var values: Values {
        var values: Values = ["text": nil, "code": nil, "id": nil, "href": nil, "time": nil, "state": nil, "acts": nil]
        switch self {
        case .text(let text): values["text"] = text
        case .code(let text): values["code"] = text
        case .id(let id): values["id"] = id
        case .link(let text, let href): (values["text"], values["href"]) = (text, href)
        case .time(let time): values["time"] = Shown.time(time)
        case .seconds(let seconds): values["time"] = Shown.time(seconds: seconds)
        case .state(let state): values["state"] = state
        case .acts(let acts): values["acts"] = acts.map(\.values)
        }
        return values
    }
}

/// A button that is a form of its own.
struct Act {
    let title: String
    /// What it is done to, for who hears the button and does not see where it stands.
    let what: String
    /// The value of the field `do`.
    let act: String
    var fields: [(String, String)] = []

    var values: Values {
        [
            "title": title, "label": "\(title) \(what)", "do": act,
            "hidden": fields.map { ["name": $0.0, "value": $0.1] as Values },
        ]
    }
}
