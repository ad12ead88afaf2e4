import Domain
import Services
import Wire

/// Lists the account's virtual devices for a second factor. Ferry has none.
struct ListVirtualMFADevices: IAMAction {
    static let permissions = [Permission<Self>("iam:ListVirtualMFADevices")]

    private enum Assignment: String, CaseIterable {
        case assigned = "Assigned"
        case unassigned = "Unassigned"
        case any = "Any"
    }

    init(from query: QueryReader) throws(RequestError) {
        // Assigned or not, there are none.
        _ = try query.optionalChoice("AssignmentStatus", Assignment.self)
        try query.readOnlyPage()
    }

    func run(in call: Call) async throws -> EmptyList { EmptyList("VirtualMFADevices") }
}
