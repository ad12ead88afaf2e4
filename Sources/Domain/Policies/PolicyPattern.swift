/// A text of a policy in which `*` stands for any text and `?` for one character.
package struct PolicyPattern: Hashable, Sendable {
    /// How far a wildcard reaches.
    package enum Reach: Sendable {
        /// Over everything.
        case text
        /// Over the rest of a segment of an ARN; a star that ends a segment goes on beyond it. The resource itself is one segment, the last.
        case resource
        /// Over the rest of a segment of an ARN.
        case segment
    }

    /// A byte, or one of the wildcards below.
    typealias Symbol = UInt16

    static let anyText: Symbol = 256
    static let segmentText: Symbol = 257
    static let anyCharacter: Symbol = 258
    static let segmentCharacter: Symbol = 259
    static let colon = UInt8(ascii: ":")
    /// Of an ARN, before the resource.
    private static let segmentsMax = 5

    /// How often each symbol and byte is compared at the most before ``PatternWalk`` does it.
    private static let triesMax = 4

    /// Without two stars in a row, which say no more than the wider one.
    private let symbols: [Symbol]
    /// Whether a star of everything stands before one of a segment, so that one way back is not enough.
    private let isMixed: Bool
    /// Whether it stands for any text whatever.
    let isEverything: Bool

    /// A plain text with wildcards.
    package init(_ text: String, reach: Reach = .text) { self.init(Self.narrowed(Self.symbols(of: text), to: reach)) }

    init(_ symbols: [Symbol]) {
        var kept: [Symbol] = []
        kept.reserveCapacity(symbols.count)
        for symbol in symbols {
            guard let last = kept.last, Self.isStar(last), Self.isStar(symbol) else {
                kept.append(symbol)
                continue
            }
            kept[kept.count - 1] = min(last, symbol)
        }
        self.symbols = kept
        isEverything = kept == [Self.anyText]
        let wide = kept.firstIndex(of: Self.anyText) ?? kept.endIndex
        isMixed = kept[wide...].contains(Self.segmentText)
    }

    static func symbols(of text: String) -> [Symbol] {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "*"): anyText
            case UInt8(ascii: "?"): anyCharacter
            default: Symbol(byte)
            }
        }
    }

    /// Symbols whose wildcards reach no further than they should. Nil in their midst is text that is not known yet.
    static func narrowed(_ symbols: [Symbol?], to reach: Reach) -> [Symbol?] {
        guard reach != .text else { return symbols }
        var narrowed = symbols
        var segment = 0
        for (place, symbol) in symbols.enumerated() where segment < segmentsMax {
            switch symbol {
            case Symbol(colon): segment += 1
            case anyCharacter: narrowed[place] = segmentCharacter
            case anyText:
                let next: Symbol? = place + 1 < symbols.count ? symbols[place + 1] : Symbol(colon)
                if reach == .segment || next != Symbol(colon) { narrowed[place] = segmentText }
            default: break
            }
        }
        return narrowed
    }

    private static func narrowed(_ symbols: [Symbol], to reach: Reach) -> [Symbol] {
        reach == .text ? symbols : narrowed(symbols.map(Optional.some), to: reach).compactMap(\.self)
    }

    static func isStar(_ symbol: Symbol) -> Bool { symbol == anyText || symbol == segmentText }

    package func matches(_ text: String) -> Bool { matches(Array(text.utf8)[...]) }

    package func matches(_ text: ArraySlice<UInt8>) -> Bool {
        if !isMixed {
            // Each call holds some hundred patterns against its resource: without buffers most of that is the checking of bounds.
            let found = symbols.withUnsafeBufferPointer { symbols in text.withUnsafeBufferPointer { Self.matches(symbols, $0) } }
            if let found { return found }
        }
        var walk = PatternWalk(symbols)
        walk.read(text)
        return walk.isAtEnd
    }

    /// - Returns: nil when so much had to be tried again that another way is faster. Almost no pattern comes to that but one that is made to.
    private static func matches(_ symbols: UnsafeBufferPointer<Symbol>, _ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        var (place, at) = (0, 0)
        // Where to go on when it fails: after the last star, which takes one more byte each time. Those before it need not be tried again.
        var (backPlace, backAt, isWide) = (-1, 0, false)
        var triesLeft = triesMax * (symbols.count + text.count)
        while true {
            if place < symbols.count {
                let symbol = symbols[place]
                if isStar(symbol) {
                    place += 1
                    (backPlace, backAt, isWide) = (place, at, symbol == anyText)
                    if isWide, place == symbols.count { return true }
                    continue
                }
                if at < text.count, let next = end(of: symbol, in: text, at: at) {
                    (place, at) = (place + 1, next)
                    continue
                }
            } else if at == text.count {
                return true
            }
            guard backPlace >= 0, backAt < text.count, isWide || text[backAt] != colon else { return false }
            triesLeft -= place - backPlace
            guard triesLeft > 0 else { return nil }
            backAt += 1
            (place, at) = (backPlace, backAt)
        }
    }

    /// Where in the text what a symbol stands for ends; nil when it is something else.
    private static func end(of symbol: Symbol, in text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        let byte = text[place]
        guard symbol > UInt8.max else { return symbol == Symbol(byte) ? place + 1 : nil }
        // A character begins here and has all bytes that go on with it.
        guard !isContinuation(byte), symbol == anyCharacter || byte != colon else { return nil }
        var end = place + 1
        while end < text.count, isContinuation(text[end]) { end += 1 }
        return end
    }

    static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    /// Whether some text that begins so is matched.
    package func canBegin(with text: String) -> Bool {
        var walk = PatternWalk(symbols)
        walk.read(Array(text.utf8)[...])
        return !walk.isOver
    }
}
