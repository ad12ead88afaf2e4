/// A throughput for each Region pair, with one for those that have none of their own.
package struct PairLimits: Sendable, Equatable {
    package private(set) var others: Throughput?
    package private(set) var pairs: [RegionPair: Throughput] = [:]

    /// The same for every pair; `nil` sets no limit.
    package init(_ others: Throughput? = nil) { self.others = others }

    package subscript(pair: RegionPair) -> Throughput? { pairs[pair] ?? others }

    /// Reads what an operator writes: `RATE` for all pairs, or `SOURCE:DESTINATION=RATE` for one of them, each once.
    ///
    /// - Parameter regions: those that a pair may name.
    package init(reading texts: [String], others: Throughput? = nil, regions: [Region]) throws(PairLimitProblem) {
        self.init(others)
        var seen: Set<RegionPair?> = []
        for text in texts {
            let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard parts.count <= 2, let rate = parts.last.flatMap({ Throughput($0) }) else { throw PairLimitProblem(text, .rate) }
            let pair = parts.count == 2 ? try Self.pair(parts[0], of: text, regions) : nil
            guard seen.insert(pair).inserted else { throw PairLimitProblem(text, .twice) }
            if let pair { pairs[pair] = rate } else { self.others = rate }
        }
    }

    private static func pair(_ name: String, of text: String, _ regions: [Region]) throws(PairLimitProblem) -> RegionPair {
        let names = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard names.count == 2 else { throw PairLimitProblem(text, .pair) }
        var found: [Region] = []
        for name in names {
            guard let region = Region(rawValue: name), regions.contains(region) else { throw PairLimitProblem(text, .region(name)) }
            found.append(region)
        }
        guard found[0] != found[1] else { throw PairLimitProblem(text, .within) }
        return RegionPair(from: found[0], into: found[1])
    }
}

/// What an operator wrote is no limit.
package struct PairLimitProblem: Error, Equatable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        case rate, pair, region(String), within, twice
    }

    package let text: String
    package let kind: Kind

    init(_ text: String, _ kind: Kind) {
        self.text = text
        self.kind = kind
    }

    package var description: String {
        switch kind {
        case .rate: "'\(text)' has no throughput: write one as 200MiB/s (KiB/s, MiB/s, GiB/s, Mbit/s, Gbit/s; a whole number above 0)"
        case .pair: "'\(text)' names no Region pair: write SOURCE:DESTINATION=RATE, as us-east-1:eu-west-1=200MiB/s"
        case .region(let name): "'\(text)': '\(name)' is not one of the Regions that are served"
        case .within: "'\(text)': within a Region nothing moves, so there is nothing to limit"
        case .twice: "'\(text)': this limit is set already"
        }
    }
}
