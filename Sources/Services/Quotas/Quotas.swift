import Domain
import Logging
import Metadata

/// The quotas of the caller's account in one Region, as Service Quotas tells them, and requests for higher ones.
package struct Quotas: Sendable {
    package static let sizes = 1...100
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// - Throws: `Fault` `NoSuchResourceException`.
    package static func service(_ code: String) throws -> Quota.Service {
        guard let service = Quota.Service(rawValue: code) else {
            throw Fault(.noSuchQuota, "The request failed because the specified service does not exist.")
        }
        return service
    }

    /// - Throws: `Fault` `NoSuchResourceException`.
    package static func quota(_ code: String, of service: String) throws -> Quota {
        guard let quota = Quota.of(try self.service(service)).first(where: { $0.code == code }) else {
            throw Fault(.noSuchQuota, "The request failed because the specified quota does not exist.")
        }
        return quota
    }

    package func services(_ page: PageRequest) async throws -> Page<Quota.Service> {
        try await list(Quota.Service.allCases, "services", page, place: \.rawValue)
    }

    /// Those of a service with what is in force of each, by code.
    package func quotas(of service: String, code: String?, _ page: PageRequest) async throws -> Page<QuotaInForce> {
        let quotas = Quota.of(try Self.service(service)).filter { code == nil || $0.code == code }
        let known = try await inForce(quotas)
        return try await list(known, "quotas/\(service)/\(code ?? "")", page, place: \.quota.code)
    }

    package func quota(_ code: String, of service: String) async throws -> QuotaInForce {
        let quota = try Self.quota(code, of: service)
        return try await inForce([quota])[0]
    }

    /// As they are where nothing was granted.
    package func defaults(of service: String, _ page: PageRequest) async throws -> Page<QuotaInForce> {
        let quotas = Quota.of(try Self.service(service)).map { QuotaInForce(quota: $0, value: standard($0)) }
        return try await list(quotas, "defaults/\(service)", page, place: \.quota.code)
    }

    package func standard(_ code: String, of service: String) throws -> QuotaInForce {
        let quota = try Self.quota(code, of: service)
        return QuotaInForce(quota: quota, value: standard(quota))
    }

    /// What is in force of some quotas.
    package func values(of quotas: [Quota]) async throws -> [Quota: Int] {
        Dictionary(uniqueKeysWithValues: try await inForce(quotas).map { ($0.quota, $0.value) })
    }

    private func inForce(_ quotas: [Quota]) async throws -> [QuotaInForce] {
        let (account, region) = (call.account, call.region)
        let granted = try await call.deployment.directory.read { try QuotaTable($0).granted(to: account, in: region) }
        return quotas.map { QuotaInForce(quota: $0, value: granted[$0.path] ?? standard($0)) }
    }

    private func standard(_ quota: Quota) -> Int { call.deployment.standard(quota) }

    /// A page of what stands in memory, in the order of its places.
    private func list<Element: Sendable>(
        _ elements: [Element],
        _ name: String,
        _ page: PageRequest,
        place: @escaping @Sendable (Element) -> String
    ) async throws -> Page<Element> {
        try await page.collect(
            token: call.pageToken(for: "service-quotas/\(name)"),
            place: place,
            batch: { after, limit in Array(elements.filter { place($0) > after ?? "" }.prefix(limit)) },
            where: { _ in true }
        )
    }
}

extension Quotas {
    /// Asks the operator for more.
    ///
    /// - Throws: `Fault` `NoSuchResourceException`, `IllegalArgumentException`, `ResourceAlreadyExistsException` while one for the same quota
    ///   waits, `QuotaExceededException` while too many do.
    package func request(_ desired: Double, of code: String, service: String) async throws -> QuotaRequest {
        let quota = try Self.quota(code, of: service)
        guard quota.isAdjustable else {
            throw Fault(.illegalArgument, "The quota \(quota.name) (\(quota.path)) cannot be changed")
        }
        guard let value = Int(exactly: desired), value <= quota.ceiling else {
            throw Fault(
                .illegalArgument,
                "The desired value of \(quota.name) (\(quota.path)) must be a whole number up to \(quota.ceiling)"
            )
        }
        let (account, region, now) = (call.account, call.region, call.now)
        let request = QuotaRequest(
            id: QuotaRequest.newID(at: now),
            account: account,
            region: quota.scope == .account ? nil : region,
            quota: quota,
            desired: value,
            requester: call.principal.arn(in: region.partition),
            createdAt: now,
            updatedAt: now
        )
        let standard = standard(quota)
        try await call.deployment.directory.write { transaction in
            let current = try QuotaTable(transaction).granted(to: account, in: region)[quota.path] ?? standard
            guard value > current else {
                throw Fault(.illegalArgument, "You must provide a quota value greater than the current quota value, \(current)")
            }
            let table = QuotaRequestTable(transaction)
            let pending = try table.pending(of: account)
            guard !pending.contains(where: { $0.quota == quota && $0.region == request.region }) else {
                throw Fault(.quotaRequestExists, "Only one open service quota increase request is allowed per quota.")
            }
            guard pending.count < QuotaRequest.pendingMax else {
                throw Fault(
                    .tooManyQuotaRequests,
                    "\(pending.count) requests of the account wait to be decided, which is the most there can be"
                )
            }
            try table.insert(request)
        }
        call.deployment.logger.notice(
            "An account asks for a higher quota: 'ferry quotas requests' shows what waits to be decided",
            metadata: [
                "account": "\(account)", "region": "\(region)", "quota": "\(quota.path)", "desired": "\(value)", "request": "\(request.id)",
            ]
        )
        return request
    }

    /// - Throws: `Fault` `NoSuchResourceException`, also for another account's.
    package func request(_ id: String) async throws -> QuotaRequest {
        let request = try await call.deployment.directory.read { try QuotaRequestTable($0).request(id) }
        guard let request, request.account == call.account, request.region == nil || request.region == call.region else {
            throw Fault(.noSuchQuota, "The request failed because the specified quota request does not exist.")
        }
        return request
    }

    /// The account's, the latest first.
    ///
    /// - Parameters:
    ///   - service: only of this service; nil for all.
    ///   - code: only of this quota of the service.
    package func requests(service: String?, code: String?, status: String?, _ page: PageRequest) async throws -> Page<QuotaRequest> {
        if let service, let code { _ = try Self.quota(code, of: service) } else if let service { _ = try Self.service(service) }
        let (account, region, directory) = (call.account, call.region, call.deployment.directory)
        return try await page.collect(
            token: call.pageToken(for: "service-quotas/requests/\(service ?? "")/\(code ?? "")/\(status ?? "")"),
            place: \.id,
            batch: { before, limit in
                try await directory.read {
                    try QuotaRequestTable($0).requests(of: account, in: region, before: before, limit: limit)
                }
            },
            where: { request in
                (service == nil || request.quota.service.rawValue == service) && (code == nil || request.quota.code == code)
                    && (status == nil || request.status.rawValue == status)
            }
        )
    }
}

/// A quota and what is in force of it.
package struct QuotaInForce: Sendable {
    package let quota: Quota
    package let value: Int
}

extension Deployment {
    /// What is in force of a quota where nothing was granted.
    func standard(_ quota: Quota) -> Int {
        guard quota == .timeBasedThroughput, let throughput = limits.timeBasedQuota.others else { return quota.standard }
        return Int(throughput.bytesPerSecond >> 20)
    }
}
