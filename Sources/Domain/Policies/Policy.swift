import Foundation

/// A policy of the language that IAM, S3 and KMS share, read strictly: what the language does not have is an error. The one parser and the one
/// model, for identities, roles, buckets, keys and whatever else has policies.
///
/// What a service takes beyond that (its actions, its resources, sizes) is the service's to check, and so is the code of its error.
package struct Policy: Hashable, Sendable {
    /// What a policy is attached to, which decides what its statements must name.
    package enum Kind: Sendable {
        /// A user, group or role, an account, or a session: about whoever has it.
        case identity
        /// A bucket or a key: about those whom it names.
        case resource
        /// A role: about those who may assume it.
        case trust
    }

    private static let members: Set<String> = ["Version", "Id", "Statement"]
    /// The first version of the language that has variables.
    private static let current = "2012-10-17"
    private static let versions: Set<String> = ["2008-10-17", current]

    package let version: String?
    package let id: String?
    package let statements: [PolicyStatement]

    /// Reads a policy.
    ///
    /// - Parameter isKept: whether it was taken in long ago, when members might stand there twice.
    package init(parsing document: [UInt8], of kind: Kind = .resource, isKept: Bool = false) throws(PolicyError) {
        guard let value = try? JSONDecoder().decode(PolicyValue.self, from: Data(document)) else {
            throw PolicyError("This policy contains invalid Json", .json)
        }
        // One of the two would be read, and nobody would know which.
        if !isKept, let name = PolicyMembers.repeated(in: document) { throw PolicyError("Duplicate field \(name.prefix(64))", .syntax) }
        let fields = try PolicyFields(value, allowing: Self.members)
        if let version = fields["Version"] {
            guard let text = version.text, Self.versions.contains(text) else {
                throw PolicyError("The policy must contain a valid version string", .syntax)
            }
            self.version = text
        } else {
            version = nil
        }
        id = try fields.text("Id")
        let elements = try fields.required("Statement").elements
        guard !elements.isEmpty else { throw PolicyError("Could not parse the policy: Statement is empty!", .syntax) }
        var statements: [PolicyStatement] = []
        var ids: Set<String> = []
        for (number, element) in elements.enumerated() {
            let statement: PolicyStatement
            do throws(PolicyError) {
                statement = try PolicyStatement(element, of: kind)
            } catch {
                throw error.inStatement(number)
            }
            // An empty one is what editors of policies leave, and names nothing.
            if let id = statement.id, !id.isEmpty, !ids.insert(id).inserted {
                throw PolicyError("Statement IDs (SID) in a single policy must be unique.", .repeatedID).inStatement(number)
            }
            statements.append(statement)
        }
        self.statements = statements
    }

    /// Whether `${…}` stands for a value of the request.
    package var hasVariables: Bool { version == Self.current }

    /// Whether any of it allows an action of a service, whatever else denies it.
    package func allowsAny(ofService service: String) -> Bool { statements.contains { $0.allowsAny(ofService: service) } }

    /// Whether it lets in everybody, by S3's meaning of public.
    package var isPublic: Bool { statements.contains(where: \.isPublic) }
}

/// What is wrong with a policy, in the words that S3 has for it. Services tell it under codes of their own.
package struct PolicyError: Error, CustomStringConvertible {
    /// What IAM has words of its own for.
    enum Problem: Hashable {
        case json, syntax, condition, repeatedID
        case missing(String)
        case prohibited(String)
    }

    package let description: String
    let problem: Problem
    /// Counted from 0; nil for what is about the policy as a whole.
    private(set) var statement: Int?

    init(_ description: String, _ problem: Problem) {
        self.description = description
        self.problem = problem
    }

    func inStatement(_ number: Int) -> PolicyError {
        var error = self
        error.statement = number
        return error
    }
}
