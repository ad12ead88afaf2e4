import Domain
import Foundation
import HTTPTypes
import Wire

/// Organizations, version 2016-11-28: the same in every Region.
enum OrganizationsService: JSONService {
    static let name = "organizations"
    static let isGlobal = true
    /// A policy in which every character is escaped, and room to be told that it is too long.
    static let bodyBytesMax = 1 << 17
    static let targetPrefix = "AWSOrganizationsV20161128."
    static let internalErrorCode = "ServiceException"
    /// The service model writes it with a capital letter, and so do clients that are made of it.
    static let messageMember = "Message"

    static let actions: [String: any Action<JSONReader>.Type] = Dictionary(
        uniqueKeysWithValues: (organization + accounts + units + policies + tags).map { ($0.name, $0) }
    )

    private static let organization: [any Action<JSONReader>.Type] = [
        CreateOrganization.self, DeleteOrganization.self, DescribeOrganization.self, DescribeResourcePolicy.self,
        ListAWSServiceAccessForOrganization.self, ListDelegatedAdministrators.self, ListDelegatedServicesForAccount.self,
        ListHandshakesForAccount.self, ListHandshakesForOrganization.self, ListRoots.self,
    ]
    private static let accounts: [any Action<JSONReader>.Type] = [
        CloseAccount.self, CreateAccount.self, DescribeAccount.self, DescribeCreateAccountStatus.self, ListAccounts.self,
        ListAccountsForParent.self, ListCreateAccountStatus.self, MoveAccount.self,
    ]
    private static let units: [any Action<JSONReader>.Type] = [
        CreateOrganizationalUnit.self, DeleteOrganizationalUnit.self, DescribeOrganizationalUnit.self, ListChildren.self,
        ListOrganizationalUnitsForParent.self, ListParents.self, UpdateOrganizationalUnit.self,
    ]
    private static let policies: [any Action<JSONReader>.Type] = [
        AttachPolicy.self, CreatePolicy.self, DeletePolicy.self, DescribePolicy.self, DetachPolicy.self, DisablePolicyType.self,
        EnablePolicyType.self, ListPolicies.self, ListPoliciesForTarget.self, ListTargetsForPolicy.self, UpdatePolicy.self,
    ]
    private static let tags: [any Action<JSONReader>.Type] = [ListTagsForResource.self, TagResource.self, UntagResource.self]

    /// The services of AWS's own tell a request that is no good as a whole in their dialect's words, and a member that is none as theirs.
    static func refusal(_ error: RequestError) -> Refusal {
        switch error.kind {
        case .malformed, .tooLarge: jsonRefusal(error)
        default: Refusal(code: invalidInput, message: error.message, status: .badRequest, reason: reason(error))
        }
    }

    static func refusal(_ fault: Fault) -> Refusal {
        guard fault.code != .invalidNextToken else {
            return Refusal(code: invalidInput, message: fault.message, status: .badRequest, reason: "INVALID_NEXT_TOKEN")
        }
        return Refusal(fault, status: .badRequest)
    }

    static let throttled = Refusal(code: "TooManyRequestsException", message: "Rate exceeded", status: .badRequest, reason: nil)

    static func noSpace(_ message: String) -> Refusal { Refusal(code: internalErrorCode, message: message, status: .serviceUnavailable) }

    private static let invalidInput = FaultCode.invalidOrganizationInput.rawValue

    /// The finer code, by the constraint of the model that is told first.
    private static func reason(_ error: RequestError) -> String {
        if case .missingParameter = error.kind { return "INPUT_REQUIRED" }
        let reasons = [
            ("must not be null", "INPUT_REQUIRED"), ("enum value set", "INVALID_ENUM"), ("regular expression", "INVALID_PATTERN"),
            ("length greater than", "MIN_LENGTH_EXCEEDED"), ("length less than", "MAX_LENGTH_EXCEEDED"),
            ("value greater than", "MIN_VALUE_EXCEEDED"), ("value less than", "MAX_VALUE_EXCEEDED"),
        ]
        let message = error.message
        let told = reasons.compactMap { text, reason in message.range(of: text).map { (place: $0.lowerBound, reason: reason) } }
        return told.min { $0.place < $1.place }?.reason ?? "UNRECOGNIZED_PARAMETER"
    }
}
