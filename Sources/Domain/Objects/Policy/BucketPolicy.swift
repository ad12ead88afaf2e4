import Foundation

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

    private static let members: Set<String> = ["Version", "Id", "Statement"]
    private static let versions: Set<String> = ["2008-10-17", "2012-10-17"]

    /// Holds a document against IAM's policy language and against what S3 takes of it for a bucket.
    private static func check(_ document: [UInt8], for bucket: String) throws(Fault) {
        guard document.count <= bytesMax else { throw .malformedPolicy("Policy exceeds the maximum allowed document size.") }
        guard document.first == UInt8(ascii: "{") else {
            throw .malformedPolicy("Policies must be valid JSON and the first byte must be '{'")
        }
        guard let value = try? JSONDecoder().decode(PolicyValue.self, from: Data(document)) else {
            throw .malformedPolicy("This policy contains invalid Json")
        }
        let fields = try PolicyFields(value, allowing: members)
        if let version = fields["Version"] {
            guard let text = version.text, versions.contains(text) else {
                throw .malformedPolicy("The policy must contain a valid version string")
            }
        }
        _ = try fields.text("Id")
        try checkStatements(try fields.required("Statement").elements, of: bucket)
    }

    private static func checkStatements(_ statements: [PolicyValue], of bucket: String) throws(Fault) {
        guard !statements.isEmpty else { throw .malformedPolicy("Could not parse the policy: Statement is empty!") }
        var ids: Set<String> = []
        for value in statements {
            let statement = try BucketPolicyStatement(value, of: bucket)
            // An empty one is what editors of policies leave, and names nothing.
            guard let id = statement.id, !id.isEmpty else { continue }
            guard ids.insert(id).inserted else { throw .malformedPolicy("Statement IDs (SID) in a single policy must be unique.") }
        }
    }

    /// Whether it lets in everybody.
    package var isPublic: Bool {
        guard let policy = try? JSONDecoder().decode(PolicyDocument.self, from: Data(text.utf8)) else { return false }
        return policy.statements.values.contains(where: \.isPublic)
    }
}

extension Fault {
    /// S3 has one code for all that a policy can have wrong.
    static func malformedPolicy(_ text: String) -> Fault { Fault(FaultCode(rawValue: "MalformedPolicy"), text) }
}
