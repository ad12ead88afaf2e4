import API
import HTTPTypes
import Wire

/// A policy document in a form, with what IAM's simulator says of it beside.
struct PolicyEditor: Sendable {
    private static let actionsMax = 50
    private static let resourcesMax = 20

    let visit: Visit
    /// What the document is before somebody edits it.
    let document: String
    /// The user, group or role whose policies decide as well, by its ARN.
    var holder: (name: String, arn: String)?

    static let begin = """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Action": "ec2:DescribeImages",
              "Resource": "*"
            }
          ]
        }
        """

    private var isSent: Bool { visit.request.method == .post }

    /// - Parameters:
    ///   - fields: what stands before the document.
    ///   - save: what the button says.
    func view(
        _ title: String,
        crumbs: [(title: String, href: String)],
        fields: [Field] = [],
        checks: [Field] = [],
        save: String,
        cancel: String,
        simulating: Bool
    ) async throws -> View {
        let outcomes = simulating ? try await simulate() : nil
        let document = Field(
            name: "document",
            label: "Policy document",
            kind: .area(22),
            value: isSent ? visit.document("document") : self.document,
            isRequired: true
        )
        let questions = [
            Field(
                name: "actions",
                label: "Actions to simulate",
                kind: .area(4),
                value: isSent ? visit.document("actions") : "",
                hint: "One a line, as policies name them: ec2:CopyImage. At most \(Self.actionsMax)."
            ),
            Field(
                name: "resources",
                label: "On resources",
                kind: .area(3),
                value: isSent ? visit.document("resources") : "",
                hint: "ARNs, one a line. Empty: all. At most \(Self.resourcesMax)."
            ),
        ]
        var view = View(
            title: title,
            template: "editor",
            values: [
                "crumbs": crumbs.map { ["title": $0.title, "href": $0.href] as Values },
                "fields": (fields + [document] + checks).map(\.values), "questions": questions.map(\.values),
                "save": save, "cancel": cancel, "holder": holder?.name, "outcomes": outcomes.map { $0.map(\.values) },
            ]
        )
        view.section = "users"
        return view
    }

    // What is asked of the simulator.

    private struct Outcomes {
        let title: String
        let about: String
        let table: Table

        var values: Values { ["title": title, "about": about, "table": table.values] }
    }

    private func simulate() async throws -> [Outcomes] {
        let (actions, resources) = (visit.lines("actions"), visit.lines("resources"))
        guard !actions.isEmpty else { throw visit.refusal("MissingParameter", "Name an action to simulate, such as ec2:CopyImage.") }
        guard actions.count <= Self.actionsMax, resources.count <= Self.resourcesMax else {
            let message = "Simulate at most \(Self.actionsMax) actions on \(Self.resourcesMax) resources at once."
            throw visit.refusal("LimitExceeded", message)
        }
        var parameters = [("PolicyInputList.member.1", visit.document("document")), ("MaxItems", "1000")]
        parameters += actions.enumerated().map { ("ActionNames.member.\($0 + 1)", $1) }
        parameters += resources.enumerated().map { ("ResourceArns.member.\($0 + 1)", $1) }
        let alone = try await visit.iam("SimulateCustomPolicy", parameters)
        var outcomes = [
            Outcomes(title: "This document alone", about: "What it decides by itself.", table: table("This document alone", alone))
        ]
        guard let holder else { return outcomes }
        let together = try await visit.iam("SimulatePrincipalPolicy", parameters + [("PolicySourceArn", holder.arn)])
        let title = "With the policies of \(holder.name)"
        let about = "What is saved counts with what is typed here: a statement that you take out still counts until you save."
        outcomes.append(Outcomes(title: title, about: about, table: table(title, together)))
        return outcomes
    }

    private func table(_ label: String, _ answer: XMLNode) -> Table {
        var table = Table(label: label, columns: ["Action", "Resource", "Decision", "Because of"])
        table.rows = answer.members("EvaluationResults").map { result in
            [
                .code(result.text("EvalActionName")), .code(result.text("EvalResourceName")),
                .state(Self.decision(result.text("EvalDecision") ?? "")), .text(reason(result)),
            ]
        }
        return table
    }

    private static func decision(_ name: String) -> Values {
        switch name {
        case "allowed": ["name": "Allowed", "kind": "good", "sign": "●"]
        case "explicitDeny": ["name": "Explicitly denied", "kind": "bad", "sign": "✕"]
        default: ["name": "Implicitly denied", "kind": "idle", "sign": "○"]
        }
    }

    /// The statements that have decided.
    private func reason(_ result: XMLNode) -> String {
        var reasons = result.members("MatchedStatements").map { match -> String in
            let policy = match.text("SourcePolicyId") ?? ""
            let name = policy == "PolicyInputList.1" ? "this document" : policy
            guard let start = match["StartPosition"]?.text("Line"), let end = match["EndPosition"]?.text("Line") else { return name }
            return "\(name), " + (start == end ? "line \(start)" : "lines \(start) to \(end)")
        }
        if reasons.isEmpty { reasons = ["no statement allows it"] }
        if result["PermissionsBoundaryDecisionDetail"]?.text("AllowedByPermissionsBoundary") == "false" {
            reasons.append("the permissions boundary does not allow it")
        }
        let missing = result.members("MissingContextValues").map(\.text)
        if !missing.isEmpty { reasons.append("without values for \(missing.joined(separator: ", "))") }
        return reasons.joined(separator: "; ")
    }
}
