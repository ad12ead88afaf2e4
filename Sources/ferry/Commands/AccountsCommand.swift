import ArgumentParser
import Client
import Domain

/// `ferry accounts`: the accounts of the server, and new ones.
struct AccountsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts",
        abstract: "List the accounts of the server, or create one.",
        discussion: """
            The key must be the management account's: the one in DIR/credentials, or another of that account. To work in an account, \
            use the key that 'ferry accounts create' prints, or assume the role OrganizationAccountAccessRole in it.
            """,
        subcommands: [AccountsListCommand.self, AccountsCreateCommand.self],
        defaultSubcommand: AccountsListCommand.self
    )
}

/// `ferry accounts list`, which `ferry accounts` is short for.
struct AccountsListCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the accounts of the server.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute() async throws {
        try await Session.run(server) { session in
            var accounts: [ListedAccount] = []
            var token: String?
            repeat {
                let page = try await doing("listing the accounts") { try await session.client.accounts(after: token) }
                accounts += page.accounts.map(ListedAccount.init)
                token = page.next
            } while token != nil
            try tell(accounts)
        }
    }

    private func tell(_ accounts: [ListedAccount]) throws {
        if output.json {
            try Terminal.say(json: accounts)
        } else if output.quiet {
            for account in accounts { Terminal.say(account.accountId) }
        } else {
            var table = TextTable(heading: ["ACCOUNT", "NAME", "EMAIL", "STATUS"])
            for account in accounts {
                table.add([account.accountId, account.name, account.email, account.status].map(TerminalText.clean))
            }
            for line in table.lines { Terminal.say(line) }
        }
    }
}

/// An account in the JSON of `ferry accounts`.
struct ListedAccount: Encodable, Sendable {
    var accountId: String
    var name: String
    var email: String
    var status: String

    init(_ account: RemoteAccount) {
        (accountId, name, email, status) = (account.id, account.name, account.email, account.status)
    }
}

/// `ferry accounts create`: an account, and a key of its root user.
struct AccountsCreateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create an account and an access key of its root user.",
        discussion: "The secret is printed once and cannot be read again."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The name of the account: 1 to 50 characters.")
    var name: String

    @Option(help: "An address that no other account has. (default: one that no mail reaches)")
    var email: String?

    func validate() throws {
        guard name.wholeMatch(of: /[ -~]{1,50}/) != nil else {
            throw ValidationError("The name of an account is 1 to 50 characters of ASCII.")
        }
        if let email, !MemberAccount.isEmail(email) { throw ValidationError("'\(email)' is not an email address") }
    }

    func execute() async throws {
        let key = try await Session.run(server) { session in
            guard !session.connection.endpoints.isAWS else {
                throw ValidationError("AWS has no access keys of root users to give. Name a Ferry server with --endpoint-url.")
            }
            let account = try await doing("creating the account '\(name)'") { try await create(session) }
            return try await doing("creating an access key of the account \(account)") {
                try await session.client.createRootAccessKey(of: account, region: session.region)
            }
        }
        try tell(CreatedAccount(accountId: key.account, accessKeyId: key.accessKeyID, secretAccessKey: key.secretAccessKey))
    }

    private func create(_ session: Session) async throws -> String {
        let email = email ?? "\(RandomLetters.make(16).lowercased())@ferry.invalid"
        var status = try await session.client.createAccount(named: name, email: email)
        var pace = session.pace
        while status.state == "IN_PROGRESS" {
            try await pace.wait()
            status = try await session.client.accountCreation(status.id)
        }
        guard status.state == "SUCCEEDED", let account = status.account else { throw Self.refusal(status, email: email) }
        return account
    }

    private static func refusal(_ status: AccountCreationStatus, email: String) -> Refusal {
        switch status.failure {
        case "EMAIL_ALREADY_EXISTS": Refusal("another account has the address \(email)", advice: "Give another --email.")
        case "ACCOUNT_LIMIT_EXCEEDED": Refusal("the organization has as many accounts as it can have")
        default: Refusal("the account was not created: \(status.failure ?? status.state)")
        }
    }

    private func tell(_ account: CreatedAccount) throws {
        if output.json {
            try Terminal.say(json: account)
        } else if output.quiet {
            Terminal.say(TerminalText.clean(account.accountId))
        } else {
            var table = TextTable(heading: ["ACCOUNT", "ACCESS KEY", "SECRET"])
            table.add([account.accountId, account.accessKeyId, account.secretAccessKey].map(TerminalText.clean))
            for line in table.lines { Terminal.say(line) }
        }
    }
}

/// A new account in the JSON of `ferry accounts create`.
struct CreatedAccount: Encodable, Sendable {
    var accountId: String
    var accessKeyId: String
    var secretAccessKey: String
}
