/// A policy that AWS manages: in every account, attached by its ARN, changed by nobody.
package struct AWSManagedPolicy: Hashable, Sendable {
    /// `ANPA…`, as GetPolicy tells it.
    package let id: String
    package let name: String
    /// With a slash at both ends.
    package let path: String
    package let description: String
    /// JSON of the policy language.
    package let document: String

    init(_ name: String, path: String = "/", _ description: String, _ statements: [Statement]) {
        self.name = name
        self.path = path
        self.description = description
        id = Self.id(of: name)
        document = "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n\(statements.map(\.json).joined(separator: ",\n"))\n    ]\n}"
    }

    /// Of the partition `aws`.
    package var arn: String { arn(in: "aws") }

    package func arn(in partition: String) -> String { "arn:\(partition):iam::aws:policy\(path)\(name)" }

    /// Nil for what AWS does not manage, or Ferry does not have.
    package static func find(_ arn: String) -> AWSManagedPolicy? { byARN[arn] }

    /// By name.
    package static let all: [AWSManagedPolicy] = (administration + services).sorted { $0.name < $1.name }

    private static let byARN = Dictionary(
        uniqueKeysWithValues: ARN.partitions.flatMap { partition in all.map { ($0.arn(in: partition), $0) } }
    )

    /// The same on every server, and no other policy's.
    private static func id(of name: String) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        // Each of the last 17 letters takes five bits in turn.
        var hash = FNV1a.offset
        var id = "ANPA"
        for round in 0..<17 {
            hash = FNV1a.hash(Array(name.utf8) + [UInt8(round)], after: hash)
            id.append(letters[Int(hash >> 59)])
        }
        return id
    }

    /// A statement of one of them, as it is written here.
    struct Statement: Hashable, Sendable {
        private let effect: String
        private let member: String
        private let actions: [String]
        private let resources: [String]
        private let condition: String?

        private init(_ effect: String, _ member: String, _ actions: [String], _ resources: [String], _ condition: String?) {
            (self.effect, self.member, self.actions, self.resources, self.condition) = (effect, member, actions, resources, condition)
        }

        static func allow(_ actions: String..., on resources: [String] = ["*"], if condition: String? = nil) -> Statement {
            Statement("Allow", "Action", actions, resources, condition)
        }

        static func allow(allBut actions: String...) -> Statement { Statement("Allow", "NotAction", actions, ["*"], nil) }

        var json: String {
            var members = [#""Effect": "\#(effect)""#, #""\#(member)": \#(Self.json(actions))"#, #""Resource": \#(Self.json(resources))"#]
            if let condition { members.append(#""Condition": \#(condition)"#) }
            return "        {\n\(members.map { "            \($0)" }.joined(separator: ",\n"))\n        }"
        }

        private static func json(_ texts: [String]) -> String {
            guard texts.count > 1 else { return "\"\(texts.first ?? "")\"" }
            return "[\n\(texts.map { "                \"\($0)\"" }.joined(separator: ",\n"))\n            ]"
        }
    }
}
