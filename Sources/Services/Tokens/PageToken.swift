import Domain
import Foundation

/// A `NextToken`: the place behind which the next page of a listing starts.
package struct PageToken: Sendable {
    /// Valid for 60 minutes, as in the EBS direct APIs (docs/behaviour/ebs-direct.md, "Tokens").
    private static let lifetime: TimeInterval = 3600

    /// What is listed, in which Region and for whom: a token serves only the listing that it came from.
    private let listing: String
    private let tokens: TokenSealer
    private let clock: WallClock

    package init(listing: String, in region: Region, tokens: TokenSealer, clock: WallClock) {
        self.listing = "\(listing)/\(region)"
        self.tokens = tokens
        self.clock = clock
    }

    package func seal(_ place: String) -> String {
        tokens.seal(Array("\(listing)\n\(place)".utf8), as: .page, until: clock.now.addingTimeInterval(Self.lifetime))
    }

    package func open(_ token: String) throws -> String {
        guard let content = tokens.open(token, as: .page, at: clock.now),
            let text = String(validating: content, as: UTF8.self),
            case let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false),
            parts.count == 2, parts[0] == listing
        else { throw Fault(.invalidNextToken, "The token '\(token.prefix(64))' is not valid or has expired") }
        return String(parts[1])
    }
}
