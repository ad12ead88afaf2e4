/// The policy of a bucket: kept as it was sent, once it has been found to be one.
package struct BucketPolicy: Hashable, Codable, Sendable {
    package static let bytesMax = 20 << 10

    package let text: String

    /// Reads the policy of a bucket.
    ///
    /// - Throws: `Fault` `MalformedPolicy`, in the texts of S3.
    package init(parsing document: [UInt8], for bucket: String) throws(Fault) {
        try Self.check(document, for: bucket)
        text = String(decoding: document, as: UTF8.self)
    }

    /// What a data folder has that an older Ferry has checked.
    package init(checked text: String) { self.text = text }

    package init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// Holds a document against the policy language and against what S3 takes of it for a bucket.
    private static func check(_ document: [UInt8], for bucket: String) throws(Fault) {
        guard document.count <= bytesMax else { throw .malformedPolicy("Policy exceeds the maximum allowed document size.") }
        guard document.first == UInt8(ascii: "{") else {
            throw .malformedPolicy("Policies must be valid JSON and the first byte must be '{'")
        }
        let policy: Policy
        do throws(PolicyError) {
            policy = try Policy(parsing: document)
        } catch {
            throw .malformedPolicy(error.description)
        }
        for statement in policy.statements { try check(statement, of: bucket) }
    }

    private static func check(_ statement: PolicyStatement, of bucket: String) throws(Fault) {
        guard let principals = statement.principals, principals.allSatisfy(PolicyPrincipalName.isName) else {
            throw .malformedPolicy(PolicyPrincipals.invalid.description)
        }
        let actions = statement.actions.texts.compactMap(BucketPolicyAction.init)
        guard actions.count == statement.actions.texts.count else { throw .malformedPolicy("Policy has invalid action") }
        guard let named = statement.resources else { throw .malformedPolicy("Policy has invalid resource") }
        let resources = named.texts.compactMap { BucketPolicyResource($0, of: bucket) }
        guard resources.count == named.texts.count else { throw .malformedPolicy("Policy has invalid resource") }
        // What is left after an exclusion is never nothing.
        guard !statement.actions.isExcluding, !named.isExcluding else { return }
        let apply = actions.allSatisfy { action in resources.contains { action.applies(to: $0) } }
        guard apply else { throw .malformedPolicy("Action does not apply to any resource(s) in statement") }
    }

    /// Those that it names of the kind `AWS`.
    package var principalNames: Set<String> { (try? Policy(parsing: Array(text.utf8), isKept: true).principalNames) ?? [] }

    /// Whether it lets in everybody.
    package var isPublic: Bool { (try? Policy(parsing: Array(text.utf8), isKept: true).isPublic) ?? false }
}

extension Fault {
    /// S3 has one code for all that a policy can have wrong.
    static func malformedPolicy(_ text: String) -> Fault { Fault(FaultCode(rawValue: "MalformedPolicy"), text) }
}
