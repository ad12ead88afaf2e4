import Domain
import Services
import Wire

/// PutUserPermissionsBoundary, PutRolePermissionsBoundary.
struct PutPermissionsBoundary<Holder: PolicyHolder>: IAMAction {
    static var name: String { "Put\(Holder.title)PermissionsBoundary" }
    static var permissions: [Permission<Self>] { [Permission("iam:\(name)") { [try await $1.iam(Holder.kind, $0.holder)] }] }

    private let holder: String
    private let policy: String

    init(from query: QueryReader) throws(RequestError) {
        holder = try Holder.name(in: query)
        policy = try query.text("PermissionsBoundary", .arn)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await PolicyAttachments(call).setBoundary(of: Holder.kind, holder, to: policy)
        return XMLEmpty()
    }
}

/// DeleteUserPermissionsBoundary, DeleteRolePermissionsBoundary.
struct DeletePermissionsBoundary<Holder: PolicyHolder>: IAMAction {
    static var name: String { "Delete\(Holder.title)PermissionsBoundary" }
    static var permissions: [Permission<Self>] { [Permission("iam:\(name)") { [try await $1.iam(Holder.kind, $0.holder)] }] }

    private let holder: String

    init(from query: QueryReader) throws(RequestError) { holder = try Holder.name(in: query) }

    func run(in call: Call) async throws -> XMLEmpty {
        try await PolicyAttachments(call).setBoundary(of: Holder.kind, holder, to: nil)
        return XMLEmpty()
    }
}
