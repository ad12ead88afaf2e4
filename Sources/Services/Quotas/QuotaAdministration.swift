import Domain
import Metadata

/// What the operator decides of quotas. Only the management account's principals may.
package struct QuotaAdministration: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// Those of all accounts, the latest first.
    package func requests(status: QuotaRequest.Status?, _ page: PageRequest) async throws -> Page<QuotaRequest> {
        let organizations = Organizations(call)
        return try await page.collect(
            token: call.pageToken(for: "quota-requests/\(status?.rawValue ?? "")"),
            place: \.id,
            batch: { before, limit in
                try await organizations.read { try QuotaRequestTable($0.transaction).requests(before: before, limit: limit) }
            },
            where: { status == nil || $0.status == status }
        )
    }

    /// All quotas, with what is in force of each for an account in the call's Region.
    package func quotas(of account: AccountID) async throws -> [QuotaInForce] {
        let (region, deployment) = (call.region, call.deployment)
        let granted = try await Organizations(call).read { rows in
            _ = try rows.requireAccount(account)
            return try QuotaTable(rows.transaction).granted(to: account, in: region)
        }
        return Quota.all.map { QuotaInForce(quota: $0, value: granted[$0.path] ?? deployment.standard($0)) }
    }

    /// Grants what a request asks for.
    package func grant(_ id: String) async throws -> QuotaRequest {
        try await decide(id, .approved) { request, transaction in
            try QuotaTable(transaction).set(request.desired, of: request.quota, for: request.account, in: request.region)
        }
    }

    package func deny(_ id: String) async throws -> QuotaRequest { try await decide(id, .denied) { _, _ in } }

    private func decide(
        _ id: String,
        _ status: QuotaRequest.Status,
        _ effect: @escaping @Sendable (QuotaRequest, Transaction) throws -> Void
    ) async throws -> QuotaRequest {
        let now = call.now
        return try await Organizations(call).write { rows in
            let table = QuotaRequestTable(rows.transaction)
            guard var request = try table.request(id) else {
                throw Fault(.noSuchQuota, "There is no quota request '\(id.prefix(128))'")
            }
            guard request.status == .pending else {
                throw Fault(.invalidQuotaState, "The quota request \(id) was decided already: it is \(request.status.rawValue)")
            }
            (request.status, request.updatedAt) = (status, now)
            try effect(request, rows.transaction)
            try table.update(request)
            return request
        }
    }

    /// Sets what is in force, in the call's Region unless the quota is of the account as a whole. Less than there is keeps what there is.
    package func set(_ name: String, of account: AccountID, to value: Int) async throws -> QuotaInForce {
        guard let quota = Quota.named(name) else { throw Fault(.noSuchQuota, "There is no quota '\(name.prefix(128))'") }
        guard quota.isAdjustable else { throw Fault(.illegalArgument, "The quota \(quota.name) (\(quota.path)) cannot be changed") }
        guard (0...quota.ceiling).contains(value) else {
            throw Fault(.illegalArgument, "The value of \(quota.name) (\(quota.path)) must be a whole number from 0 to \(quota.ceiling)")
        }
        let region = call.region
        try await Organizations(call).write { rows in
            _ = try rows.requireAccount(account)
            try QuotaTable(rows.transaction).set(value, of: quota, for: account, in: region)
        }
        return QuotaInForce(quota: quota, value: value)
    }
}
