import API

/// The form that creates an account.
struct CreateAccountPage: Page {
    static let path = "create/account"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let form = Form(
            title: "Create account",
            act: "create",
            fields: [
                Field(name: "name", label: "Account name", value: visit.field("name"), max: 50, isRequired: true),
                Field(
                    name: "email",
                    label: "Email address",
                    value: visit.field("email"),
                    hint: "Of the account, and of no other. Nothing is sent to it.",
                    max: 64,
                    isRequired: true
                ),
            ],
            cancel: Shown.place(AccountsPage.path),
            isCard: true
        )
        var view = View(
            title: "Create account",
            template: "create",
            values: [
                "crumbs": AccountsPage.crumbs.map { ["title": $0.title, "href": $0.href] as Values }, "form": form.values,
            ]
        )
        view.section = "accounts"
        return view
    }

    func submit() async throws -> Reply {
        let members = ["AccountName": visit.field("name").trimmed, "Email": visit.field("email").trimmed]
        let asked: OrganizationAnswer.Creation = try await visit.organizations("CreateAccount", members)
        let id = asked.createAccountStatus.id
        let told: OrganizationAnswer.Creation = try await visit.organizations(
            "DescribeCreateAccountStatus",
            ["CreateAccountRequestId": id]
        )
        let status = told.createAccountStatus
        if let reason = status.failureReason {
            throw visit.refusal(reason, "The account was not created. Is the email address another account's?")
        }
        guard let account = status.accountId else { return visit.done("created", at: Shown.place(AccountsPage.path)) }
        return visit.done("created", at: AccountPage.place(of: account))
    }
}
