import Domain
import Services
import Wire

/// An action of KMS, whose service model says what a request may hold.
protocol KMSAction: JSONAction {
    /// What a request may hold, with the constraints of KMS's service model: checked before a request is read.
    static var members: [JSONMember] { get }
}

extension KMSAction {
    static func read(_ json: JSONReader, in call: Call) throws -> ReadAction<Self> {
        try JSONConstraints.check(json, members)
        let action = try Self(from: json)
        let isDryRun: Bool = try members.contains { $0.name == "DryRun" } && json["DryRun"] ?? false
        try json.requireAllRead()
        let passed = Fault(.kmsDryRun, "The request would have succeeded, but the DryRun option is set.")
        return ReadAction(action: action, dryRunOutcome: isDryRun ? passed : nil)
    }
}
