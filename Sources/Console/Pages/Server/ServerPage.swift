import API
import Client
import Domain

/// How the server does: for the management account, whose principals alone are told.
struct ServerPage: Page {
    static let path = "server"

    private struct Health: Decodable {
        struct Backlog: Decodable {
            let count: Int
            let driven: Int
            let failing: Int
            let oldest: Double?
        }

        struct Late: Decodable {
            let kind: String
            let id: String
            let accountId: String
            let attempts: Int
            let dueAt: Double?
            let nextAttemptAt: Double?
        }

        struct Region: Decodable {
            let region: String
            let freeBytes: Int64?
            let copies: Backlog
            let jobs: Backlog
            let uploads: Backlog
            let releases: Backlog
            let late: [Late]
        }

        let regions: [Region]
    }

    private struct Nothing: Encodable {}

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let health: Health = try await visit.ferry("DescribeServer", in: visit.console.regions[0], Nothing())
        let late = health.regions.flatMap { region in region.late.map { Self.row($0, in: region.region) } }
        var view = View(
            title: "Health of the server",
            template: "server",
            values: [
                "ferryVersion": visit.console.version,
                "rows": health.regions.map { region -> Values in
                    [
                        "region": region.region, "free": region.freeBytes.map(ByteText.size),
                        "isFull": region.freeBytes.map { $0 < 1 << 30 } ?? false,
                        "copies": Self.text(region.copies), "jobs": Self.text(region.jobs),
                        "uploads": Self.text(region.uploads), "releases": region.releases.count == 0 ? "none" : "\(region.releases.count)",
                        "oldest": Shown.time(seconds: region.releases.oldest),
                    ]
                },
                "late": late, "hasLate": !late.isEmpty,
            ]
        )
        view.live = ["server-state"]
        return view
    }

    private static func text(_ backlog: Health.Backlog) -> String {
        guard backlog.count > 0 else { return "none" }
        let failing = backlog.failing > 0 ? ", \(backlog.failing) failing" : ""
        return "\(backlog.count), \(backlog.driven) in hand\(failing)"
    }

    private static func row(_ late: Health.Late, in region: String) -> Values {
        [
            "region": region, "kind": late.kind, "id": late.id, "account": late.accountId,
            "why": late.attempts > 0 ? "failed \(late.attempts) times" : "behind its time",
            "due": Shown.time(seconds: late.dueAt), "next": Shown.time(seconds: late.nextAttemptAt),
        ]
    }
}
