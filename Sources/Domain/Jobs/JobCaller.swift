/// Who has asked for a job, and from where: in that name it asks for what it reads and writes. Kept as JSON in the job's row.
package struct JobCaller: Hashable, Sendable, Codable {
    /// The way that the call took, as conditions of policies ask about it: what was allowed to the call is not refused to its job.
    package struct Origin: Hashable, Sendable, Codable {
        package let address: String?
        package let isSecure: Bool
        package let userAgent: String?
        package let referer: String?
        package let tlsVersion: String?

        package init(address: String?, isSecure: Bool, userAgent: String? = nil, referer: String? = nil, tlsVersion: String? = nil) {
            self.address = address
            self.isSecure = isSecure
            self.userAgent = userAgent
            self.referer = referer
            self.tlsVersion = tlsVersion
        }
    }

    package let principal: Principal
    /// Nil for keys that do not expire.
    package let session: CallerSession?
    package let origin: Origin

    /// The key that has signed the call may go, so it is not kept.
    package init(_ principal: Principal, session: CallerSession?, origin: Origin) {
        self.principal = Principal(account: principal.account, accessKeyID: "", kind: principal.kind)
        self.session = session
        self.origin = origin
    }
}
