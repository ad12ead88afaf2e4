import ArgumentParser
import Client
import Domain

/// `ferry quotas`: how much accounts may have, and what they ask for.
struct QuotasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quotas",
        abstract: "Show how much accounts may have, and decide what they ask for.",
        discussion: """
            The key must be the management account's: the one in DIR/credentials, or another of that account. Accounts ask for more with \
            'aws service-quotas request-service-quota-increase'.
            """,
        subcommands: [
            QuotasListCommand.self, QuotasRequestsCommand.self, QuotasGrantCommand.self, QuotasDenyCommand.self, QuotasSetCommand.self,
        ],
        defaultSubcommand: QuotasListCommand.self
    )
}

/// `ferry quotas list`, which `ferry quotas` is short for.
struct QuotasListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List how much an account may have in the Region."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "The account. (default: the caller's own)")
    var account: String?

    func validate() throws { try QuotaArguments.check(account: account) }

    func execute() async throws {
        let quotas = try await Session.runOnFerry(server) { session in
            let account = if let account { account } else { try await session.ownAccount() }
            return try await doing("listing the quotas of \(account)") {
                try await session.client.quotas(of: account, region: session.region)
            }
        }
        try tell(quotas.map(ListedQuota.init))
    }

    private func tell(_ quotas: [ListedQuota]) throws {
        if output.json {
            try Terminal.say(json: quotas)
        } else if output.quiet {
            for quota in quotas { Terminal.say(TerminalText.clean(quota.quota)) }
        } else {
            var table = TextTable(heading: ["QUOTA", "NAME", "VALUE", "DEFAULT", "FOR EACH"])
            for quota in quotas {
                table.add([quota.quota, quota.name, String(quota.value), String(quota.default), quota.scope].map(TerminalText.clean))
            }
            for line in table.lines { Terminal.say(line) }
        }
    }
}

/// `ferry quotas requests`.
struct QuotasRequestsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract: "List pending quota requests, newest first."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "List decided requests, too.")
    var all = false

    func execute() async throws {
        let requests = try await Session.runOnFerry(server) { session in
            var requests: [ListedQuotaRequest] = []
            var token: String?
            repeat {
                let page = try await doing("listing the requests for quotas") {
                    try await session.client.quotaRequests(status: all ? nil : "PENDING", after: token, region: session.region)
                }
                requests += page.requests.map(ListedQuotaRequest.init)
                token = page.next
            } while token != nil
            return requests
        }
        try QuotaArguments.tell(requests, output)
    }
}

/// `ferry quotas grant`.
struct QuotasGrantCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "grant", abstract: "Grant what requests ask for.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The requests, by the ids that 'ferry quotas requests' shows.")
    var request: [String]

    func execute() async throws { try await QuotaArguments.decide(request, grants: true, server, output) }
}

/// `ferry quotas deny`.
struct QuotasDenyCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "deny", abstract: "Deny what requests ask for.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The requests, by the ids that 'ferry quotas requests' shows.")
    var request: [String]

    func execute() async throws { try await QuotaArguments.decide(request, grants: false, server, output) }
}

/// `ferry quotas set`.
struct QuotasSetCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set how much an account may have, whether it asked or not.",
        discussion: "What an account has already stays, also where it is more."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The account.")
    var account: String

    @Argument(help: "The quota, as 'ferry quotas' shows it: ec2/L-B665C33B, or its code alone.")
    var quota: String

    @Argument(help: "How many from now on, in the Region of --region unless the quota is of the account as a whole.")
    var value: Int

    func validate() throws { try QuotaArguments.check(account: account) }

    func execute() async throws {
        let set = try await Session.runOnFerry(server) { session in
            try await doing("setting the quota \(quota) of \(account)") {
                try await session.client.setQuota(quota, of: account, to: value, region: session.region)
            }
        }
        if output.json {
            try Terminal.say(json: ListedQuota(set))
        } else {
            Terminal.say(TerminalText.clean(output.quiet ? set.quota : "\(set.name) (\(set.quota)) of \(account): \(set.value)"))
        }
    }
}

private enum QuotaArguments {
    static func check(account: String?) throws {
        if let account, AccountID(rawValue: account) == nil { throw ValidationError("An account id has 12 digits, not '\(account)'.") }
    }

    static func decide(_ ids: [String], grants: Bool, _ server: ServerOptions, _ output: OutputOptions) async throws {
        let decided = try await Session.runOnFerry(server) { session in
            var decided: [ListedQuotaRequest] = []
            for id in ids {
                let request = try await doing("\(grants ? "granting" : "denying") the request \(id)") {
                    try await session.client.decideQuotaRequest(id, grants: grants, region: session.region)
                }
                decided.append(ListedQuotaRequest(request))
            }
            return decided
        }
        try tell(decided, output)
    }

    static func tell(_ requests: [ListedQuotaRequest], _ output: OutputOptions) throws {
        if output.json {
            try Terminal.say(json: requests)
        } else if output.quiet {
            for request in requests { Terminal.say(TerminalText.clean(request.requestId)) }
        } else {
            var table = TextTable(heading: ["REQUEST", "ACCOUNT", "REGION", "QUOTA", "NAME", "DESIRED", "STATUS"])
            for request in requests {
                let place = request.region ?? "all"
                let fields = [
                    request.requestId, request.accountId, place, request.quota, request.name, String(request.desiredValue), request.status,
                ]
                table.add(fields.map(TerminalText.clean))
            }
            for line in table.lines { Terminal.say(line) }
        }
    }
}

extension Session {
    /// As `run`, for what AWS has not.
    fileprivate static func runOnFerry<Value: Sendable>(_ options: ServerOptions, _ body: (Session) async throws -> Value) async throws
        -> Value
    {
        try await run(options) { session in
            guard !session.connection.endpoints.isAWS else {
                throw ValidationError("AWS decides on quotas by itself. Name a Ferry server with --endpoint-url.")
            }
            return try await body(session)
        }
    }

    fileprivate func ownAccount() async throws -> String {
        try await doing("asking whose the access key is") { try await client.callerIdentity(region: region).account }
    }
}

/// A quota in the JSON of `ferry quotas`.
struct ListedQuota: Encodable, Sendable {
    var quota: String
    var name: String
    var value: Int
    var `default`: Int
    var max: Int
    var scope: String

    init(_ quota: RemoteQuota) {
        (self.quota, name, value, `default`, max) = (quota.quota, quota.name, quota.value, quota.standard, quota.max)
        scope = quota.scope
    }
}

/// A request in the JSON of `ferry quotas requests`.
struct ListedQuotaRequest: Encodable, Sendable {
    var requestId: String
    var accountId: String
    var region: String?
    var quota: String
    var name: String
    var desiredValue: Int
    var status: String

    init(_ request: RemoteQuotaRequest) {
        (requestId, accountId, region, quota) = (request.id, request.account, request.region, request.quota)
        (name, desiredValue, status) = (request.name, request.desired, request.status)
    }
}
