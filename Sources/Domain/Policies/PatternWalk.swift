/// All places of a pattern in which one can stand while a text is read, a bit each. Each byte moves them all on at once, so that no pattern takes
/// longer than another of its length.
struct PatternWalk {
    /// What each byte does: of the places before a symbol that stands for it, one goes on; in others one may stay.
    private enum Stay: Int, CaseIterable {
        /// The byte that begins a character, or is one; a colon; one that goes on with a character.
        case character, colon, continuation

        init(_ byte: UInt8) {
            self = byte == PolicyPattern.colon ? .colon : PolicyPattern.isContinuation(byte) ? .continuation : .character
        }
    }

    /// Words of 64 places.
    private let width: Int
    /// Before each symbol, and behind the last.
    private var places: [UInt64]
    private let end: Int
    /// For each kind of byte, and then for each byte that stands in the pattern by itself: where one goes on.
    private var moving: [UInt64]
    /// Which of those a byte has.
    private var rows = [Int](repeating: -1, count: 256)
    /// Where one stays, for each kind of byte.
    private var staying: [UInt64]
    private var stars: [UInt64]

    init(_ symbols: [PolicyPattern.Symbol]) {
        let width = symbols.count / 64 + 1
        let kinds = Stay.allCases
        self.width = width
        end = symbols.count
        places = [UInt64](repeating: 0, count: width)
        (moving, staying, stars) = (
            [UInt64](repeating: 0, count: width * kinds.count), [UInt64](repeating: 0, count: width * kinds.count), places
        )
        func mark(_ place: Int, _ row: Int, in bits: inout [UInt64]) { bits[row * width + place >> 6] |= 1 << (place & 63) }
        for (place, symbol) in symbols.enumerated() {
            let (isStar, isWide) = (PolicyPattern.isStar(symbol), symbol == PolicyPattern.anyText || symbol == PolicyPattern.anyCharacter)
            guard symbol > UInt8.max else { continue }
            if isStar { mark(place, 0, in: &stars) }
            for kind in kinds {
                switch kind {
                case .colon where !isWide: break
                case _ where isStar: mark(place, kind.rawValue, in: &staying)
                // Behind what stands for a character its other bytes lead nowhere else.
                case .continuation: mark(place + 1, kind.rawValue, in: &staying)
                case .character, .colon: mark(place, kind.rawValue, in: &moving)
                }
            }
        }
        for (place, symbol) in symbols.enumerated() where symbol <= UInt8.max {
            let byte = UInt8(symbol)
            if rows[Int(byte)] < 0 {
                rows[Int(byte)] = moving.count / width
                let kind = Stay(byte).rawValue * width
                moving += moving[kind..<(kind + width)]
            }
            mark(place, rows[Int(byte)], in: &moving)
        }
        places[0] = 1
        // A star may stand for nothing. No two stand in a row.
        if stars[0] & 1 == 1 { mark(1, 0, in: &places) }
    }

    /// Whether nothing that goes on so can match.
    var isOver: Bool { places.allSatisfy { $0 == 0 } }

    /// Whether what was read is all that the pattern stands for.
    var isAtEnd: Bool { places[end >> 6] >> (end & 63) & 1 == 1 }

    /// Reads a text, as far as anything can still match.
    mutating func read(_ text: ArraySlice<UInt8>) {
        // Without buffers most of the time goes into the checking of bounds.
        places.withUnsafeMutableBufferPointer { places in
            moving.withUnsafeBufferPointer { moving in
                staying.withUnsafeBufferPointer { staying in
                    stars.withUnsafeBufferPointer { stars in
                        for byte in text {
                            let kind = Stay(byte).rawValue
                            let row = rows[Int(byte)] < 0 ? kind : rows[Int(byte)]
                            let goesOn = Self.step(
                                places,
                                UnsafeBufferPointer(rebasing: moving[(row * width)..<((row + 1) * width)]),
                                UnsafeBufferPointer(rebasing: staying[(kind * width)..<((kind + 1) * width)]),
                                stars
                            )
                            guard goesOn else { return }
                        }
                    }
                }
            }
        }
    }

    /// - Returns: whether there is a place left to stand in.
    @inline(__always)
    private static func step(
        _ places: UnsafeMutableBufferPointer<UInt64>,
        _ moving: UnsafeBufferPointer<UInt64>,
        _ staying: UnsafeBufferPointer<UInt64>,
        _ stars: UnsafeBufferPointer<UInt64>
    ) -> Bool {
        var (moved, passed, any): (UInt64, UInt64, UInt64) = (0, 0, 0)
        for word in 0..<places.count {
            let here = places[word]
            let going = here & moving[word]
            let next = here & staying[word] | going << 1 | moved
            moved = going >> 63
            let atStar = next & stars[word]
            places[word] = next | atStar << 1 | passed
            passed = atStar >> 63
            any |= places[word]
        }
        return any != 0
    }
}
