/// What a filter pattern means, written as a recursion over its characters: slow, and too simple to be wrong.
enum NaiveMatcher {
    static func matches(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
        guard let head = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        switch head {
        case "*":
            return matches(rest, text) || (!text.isEmpty && matches(pattern, text.dropFirst()))
        case "?":
            return !text.isEmpty && matches(rest, text.dropFirst())
        case "\\":
            guard let literal = rest.first else { return text.elementsEqual("\\") }
            return text.first == literal && matches(rest.dropFirst(), text.dropFirst())
        default:
            return text.first == head && matches(rest, text.dropFirst())
        }
    }
}
