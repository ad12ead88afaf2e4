import Domain
import HTTPTypes
import Services
import Wire

/// Service Quotas, version 2019-06-24 (docs/behaviour/quotas-and-throttling.md).
enum ServiceQuotasService: JSONService {
    static let name = "servicequotas"
    static let bodyBytesMax = 1 << 14
    static let targetPrefix = "ServiceQuotasV20190624."
    static let internalErrorCode = "ServiceException"
    /// As the service model writes it.
    static let messageMember = "Message"
    static let actions = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let all: [any Action<JSONReader>.Type] = [
        GetAWSDefaultServiceQuota.self, GetRequestedServiceQuotaChange.self, GetServiceQuota.self, ListAWSDefaultServiceQuotas.self,
        ListRequestedServiceQuotaChangeHistory.self, ListRequestedServiceQuotaChangeHistoryByQuota.self, ListServiceQuotas.self,
        ListServices.self, RequestServiceQuotaIncrease.self,
    ]

    static func refusal(_ error: RequestError) -> Refusal {
        switch error.kind {
        case .malformed, .tooLarge: jsonRefusal(error)
        default: Refusal(code: FaultCode.illegalArgument.rawValue, message: error.message, status: .badRequest)
        }
    }

    static func refusal(_ fault: Fault) -> Refusal {
        guard fault.code != .invalidNextToken else {
            return Refusal(code: FaultCode.invalidPaginationToken.rawValue, message: fault.message, status: .badRequest)
        }
        return Refusal(fault, status: .badRequest)
    }

    static let throttled = Refusal(code: "TooManyRequestsException", message: "Rate exceeded", status: .badRequest)

    static func noSpace(_ message: String) -> Refusal { Refusal(code: internalErrorCode, message: message, status: .serviceUnavailable) }
}

/// An action of Service Quotas, whose service model says what a request may hold.
protocol ServiceQuotasAction: JSONAction {
    static var members: [JSONMember] { get }
}

extension ServiceQuotasAction {
    static func read(_ json: JSONReader, in call: Call) throws -> ReadAction<Self> {
        try JSONConstraints.check(json, members)
        let action = try Self(from: json)
        try json.requireAllRead()
        return ReadAction(action: action)
    }
}
