import Foundation

/// A policy of the language that IAM, S3 and KMS share, read strictly: what the language does not have is an error. The one parser and the one
/// model, for buckets, keys and whatever else has policies.
///
/// What a service takes beyond that (its actions, its resources, sizes) is the service's to check, and so is the code of its error.
package struct Policy: Hashable, Sendable {
    private static let members: Set<String> = ["Version", "Id", "Statement"]
    private static let versions: Set<String> = ["2008-10-17", "2012-10-17"]

    package let version: String?
    package let id: String?
    package let statements: [PolicyStatement]

    /// Reads a policy that is attached to a resource: its statements say whom they are about.
    package init(parsing document: [UInt8]) throws(PolicyError) {
        guard let value = try? JSONDecoder().decode(PolicyValue.self, from: Data(document)) else {
            throw PolicyError("This policy contains invalid Json")
        }
        let fields = try PolicyFields(value, allowing: Self.members)
        if let version = fields["Version"] {
            guard let text = version.text, Self.versions.contains(text) else {
                throw PolicyError("The policy must contain a valid version string")
            }
            self.version = text
        } else {
            version = nil
        }
        id = try fields.text("Id")
        let elements = try fields.required("Statement").elements
        guard !elements.isEmpty else { throw PolicyError("Could not parse the policy: Statement is empty!") }
        var statements: [PolicyStatement] = []
        var ids: Set<String> = []
        for element in elements {
            let statement = try PolicyStatement(element)
            // An empty one is what editors of policies leave, and names nothing.
            if let id = statement.id, !id.isEmpty {
                guard ids.insert(id).inserted else { throw PolicyError("Statement IDs (SID) in a single policy must be unique.") }
            }
            statements.append(statement)
        }
        self.statements = statements
    }

    /// Whether it lets in everybody, by S3's meaning of public.
    package var isPublic: Bool { statements.contains(where: \.isPublic) }
}

/// What is wrong with a policy, in the words that S3 has for it. Services tell it under codes of their own.
package struct PolicyError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
