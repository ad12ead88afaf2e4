import Domain
import Metadata

/// What policies would decide, and what they would ask about a request.
package struct PolicySimulator: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }

    /// The keys that the conditions and variables of documents ask about, and those of an identity's policies, where one is named.
    ///
    /// - Throws: `Fault` `InvalidInput` for a document that is no policy.
    package func contextKeys(of documents: [String], and source: String? = nil) async throws -> [String] {
        var texts = documents
        for text in documents { _ = try Self.policy(text) }
        if let source {
            let call = call
            let sources = try await call.readIAM { try PolicySources.find(source, by: call, in: $0) }
            texts += (sources.documents.identity + [sources.documents.boundary].compactMap(\.self)).map(\.text)
        }
        let keys = try texts.map { try Self.policy($0).keyNames }.reduce(into: [String: String]()) { all, names in
            all.merge(names) { first, _ in first }
        }
        return keys.sorted { $0.key < $1.key }.map(\.value)
    }

    static func policy(_ text: String) throws -> CompiledPolicy {
        do throws(Fault) {
            return try PolicyDocument.identity(parsing: text).policy
        } catch {
            throw Fault(.invalidInput, "A policy of the request cannot be read: \(error.message)", cause: error)
        }
    }
}
