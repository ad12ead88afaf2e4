import Domain
import Wire

/// `ResourceType.N`: a kind of things that use images, with options of its own.
struct ImageUsers: QueryStructure {
    private static let versionDepths = 1...10_000

    let name: String
    private let options: [Option]

    init(from query: QueryReader) throws(RequestError) {
        name = try query["ResourceType"]
        options = try query["ResourceTypeOption"]
    }

    private struct Option: QueryStructure {
        let name: String
        let values: [String]

        init(from query: QueryReader) throws(RequestError) {
            name = try query["OptionName"]
            values = try query["OptionValue"]
        }
    }

    /// How many versions of each launch template or recipe count; nil when it is not said.
    var versionDepth: Int? { options.first { $0.name == "version-depth" }.flatMap { $0.values.first.flatMap { Int($0) } } }

    /// The states of the instances that count: all of them when none is named.
    var states: [InstanceState] {
        let named = options.filter { $0.name == "state-name" }.flatMap(\.values).compactMap(InstanceState.init(rawValue:))
        return named.isEmpty ? InstanceState.allCases : named
    }

    /// Checks that the kind is one of those that count, and that its options are its own.
    func check(among kinds: Set<String>) throws {
        guard kinds.contains(name) else {
            throw Self.invalid("ResourceType", name, "One of \(kinds.sorted().joined(separator: ", ")) was expected")
        }
        for option in options {
            switch (name, option.name) {
            case ("ec2:Instance", "state-name"):
                if let value = option.values.first(where: { InstanceState(rawValue: $0) == nil }) {
                    throw Self.invalid("OptionValue", value, "The state of an instance was expected")
                }
            case ("ec2:LaunchTemplate", "version-depth"), ("imagebuilder:ImageRecipe", "version-depth"),
                ("imagebuilder:ContainerRecipe", "version-depth"):
                guard option.values.count == 1, let depth = Int(option.values[0]), Self.versionDepths.contains(depth) else {
                    throw Self.invalid("OptionValue", option.values.joined(separator: ", "), "A number from 1 to 10000 was expected")
                }
            default:
                throw Self.invalid("OptionName", option.name, "\(name) has no such option")
            }
        }
    }

    private static func invalid(_ name: String, _ value: String, _ rule: String) -> Fault {
        Fault(.invalidParameterValue, "Value (\(value.prefix(128))) for parameter \(name) is invalid. \(rule).")
    }
}
