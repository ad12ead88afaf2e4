import Mustache

/// What a template is filled in with. A name with nothing stands for itself: it does not fall through to the same name further out.
struct Values: Sendable, MustacheParent, ExpressibleByDictionaryLiteral {
    private struct Nothing: Sendable, MustacheCustomRepresentation {
        var representation: Any? { nil }
    }

    private var values: [String: any Sendable] = [:]

    init(dictionaryLiteral elements: (String, (any Sendable)?)...) {
        for (name, value) in elements { self[name] = value }
    }

    subscript(name: String) -> (any Sendable)? {
        get { values[name] }
        set {
            // Templates ask whether there is a text, and mean one with something in it.
            let isEmpty = (newValue as? String)?.isEmpty ?? (newValue == nil)
            values[name] = isEmpty ? Nothing() : newValue
        }
    }

    func child(named name: String) -> Any? { values[name] }

    func merging(_ others: Values) -> Values {
        var merged = self
        merged.values.merge(others.values) { $1 }
        return merged
    }
}
