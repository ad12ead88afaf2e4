/// A text of a policy in which `*` stands for any text and `?` for one character.
struct PolicyPattern {
    private static let star = UInt8(ascii: "*")

    /// Without two stars in a row, which say no more than one.
    private let symbols: [UInt8]

    init(_ text: String) {
        var symbols: [UInt8] = []
        for byte in text.utf8 where byte != Self.star || symbols.last != Self.star { symbols.append(byte) }
        self.symbols = symbols
    }

    func matches(_ text: String) -> Bool { places(after: text).last == symbols.count }

    /// Whether some text that begins so is matched.
    func canBegin(with text: String) -> Bool { !places(after: text).isEmpty }

    /// Where in the pattern one can stand when the text has been read, in ascending order.
    private func places(after text: String) -> [Int] {
        var places: [Int] = []
        add(0, to: &places)
        for byte in text.utf8 {
            var next: [Int] = []
            for place in places where place < symbols.count {
                switch symbols[place] {
                case Self.star: add(place, to: &next)
                case byte, UInt8(ascii: "?"): add(place + 1, to: &next)
                default: break
                }
            }
            places = next
            if places.isEmpty { break }
        }
        return places
    }

    /// Adds a place, and the one behind a star, since that may stand for nothing.
    private func add(_ place: Int, to places: inout [Int]) {
        let isStar = place < symbols.count && symbols[place] == Self.star
        for reached in place...(isStar ? place + 1 : place) where (places.last ?? -1) < reached { places.append(reached) }
    }
}
