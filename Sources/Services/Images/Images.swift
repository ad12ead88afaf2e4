import Domain
import Metadata

/// What can be done with images, on behalf of one caller in one Region. Each use case is an extension in a file of its own.
package struct Images: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }
}

extension Images {
    static func malformed(_ id: String) -> Fault {
        Fault(.invalidImageIDMalformed, "Invalid id: \"\(id)\" (expecting \"ami-...\")")
    }

    static func notFound(_ ids: [String]) -> Fault {
        let text = ids.joined(separator: ", ")
        return ids.count == 1
            ? Fault(.invalidImageIDNotFound, "The image id '[\(text)]' does not exist")
            : Fault(.invalidImageIDNotFound, "The image ids '[\(text)]' do not exist")
    }

    static func unavailable(_ id: ImageID) -> Fault {
        Fault(.invalidImageIDUnavailable, "The image ID '\(id)' is no longer available")
    }

    static func id(_ text: String) throws -> ImageID {
        guard let id = ImageID(rawValue: text) else { throw malformed(text) }
        return id
    }

    /// An image of the caller's own, in the order of checks of docs/behaviour/images.md, "Checks on one image": NotFound, then Unavailable.
    static func own(_ id: ImageID, of account: AccountID, in transaction: Transaction) throws -> Image {
        guard let image = try ImageTable(transaction).image(id), image.owner == account else { throw notFound([id.rawValue]) }
        guard image.state != .deregistered else { throw unavailable(id) }
        return image
    }
}
