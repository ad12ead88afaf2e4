import API
import HTTPTypes

/// The form that makes a user, a group or a role.
struct CreateHolderPage: Page {
    static let path = "create/{holders}"

    static func place(_ kind: Holder) -> String { Shown.place("create", kind.rawValue) }

    private let visit: Visit
    private let kind: Holder

    init(_ visit: Visit) throws {
        self.visit = visit
        guard let kind = Holder(rawValue: visit.parameter("holders")) else { throw PageFault.notFound }
        self.kind = kind
    }

    private var isSent: Bool { visit.request.method == .post }

    private var fields: [Field] {
        var fields = [
            Field(
                name: "name",
                label: "\(kind.title) name",
                value: visit.field("name"),
                max: kind == .groups ? 128 : 64,
                isRequired: true
            ),
            Field(name: "path", label: "Path", value: isSent ? visit.field("path") : "/", max: 512),
        ]
        guard kind == .roles else { return fields }
        fields.append(Field(name: "description", label: "Description", value: visit.field("description"), max: 1000))
        fields.append(
            Field(
                name: "trust",
                label: "Trust policy",
                kind: .area(14),
                value: isSent ? visit.document("trust") : Self.trust(of: visit.account, in: visit.console.partition),
                hint: "Who may take on the role. As it stands here: whom the account itself allows sts:AssumeRole.",
                isRequired: true
            )
        )
        return fields
    }

    private static func trust(of account: String, in partition: String) -> String {
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": {
                "AWS": "arn:\(partition):iam::\(account):root"
              },
              "Action": "sts:AssumeRole"
            }
          ]
        }
        """
    }

    func show() async throws -> View {
        var view = View(
            title: "Create \(kind.noun)",
            template: "create",
            values: [
                "crumbs": kind.crumbs().map { ["title": $0.title, "href": $0.href] as Values },
                "form": Form(title: "Create \(kind.noun)", act: "create", fields: fields, cancel: kind.place, isCard: true).values,
            ]
        )
        view.section = "users"
        return view
    }

    func submit() async throws -> Reply {
        let name = visit.field("name").trimmed
        var parameters = [(kind.nameParameter, name)]
        let path = visit.field("path").trimmed
        if !path.isEmpty { parameters.append(("Path", path)) }
        if kind == .roles {
            parameters += [("AssumeRolePolicyDocument", visit.document("trust"))]
            let description = visit.field("description")
            if !description.isEmpty { parameters.append(("Description", description)) }
        }
        try await visit.iam("Create\(kind.title)", parameters)
        return visit.done("created", at: kind.place(of: name))
    }
}
