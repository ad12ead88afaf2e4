import Crypto
import Services
import Wire

extension QueryReader {
    /// `ClientToken`, with a fingerprint of all the other parameters.
    func clientToken() throws(RequestError) -> ClientToken? {
        guard let text: String = try self["ClientToken"] else { return nil }
        guard text.utf8.count <= ClientToken.lengthMax else {
            throw .invalid("ClientToken", text, "At most \(ClientToken.lengthMax) characters are allowed")
        }
        var hash = SHA256()
        let excluded = Set(Self.edgeNames + ["ClientToken", "DryRun"])
        for (name, value) in canonicalParameters(excluding: excluded) where !name.hasPrefix(Self.presignPrefix) && !value.isEmpty {
            // Lengths keep a name's end apart from its value's start.
            hash.update(data: Array("\(name.utf8.count):\(name)\(value.utf8.count):\(value)".utf8))
        }
        return ClientToken(text: text, fingerprint: Array(hash.finalize()))
    }
}
