import HTTPTypes
import Wire

/// What a Ferry has that AWS has not, in JSON 1.1 and signed as any call is: `X-Amz-Target: Ferry.ACTION`, the service `ferry`.
enum FerryService: JSONService {
    static let name = "ferry"
    static let bodyBytesMax = 1 << 16
    static let targetPrefix = "Ferry."
    static let internalErrorCode = "InternalFailure"
    static let actions = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let all: [any Action<JSONReader>.Type] = [
        CreateConsoleLink.self, CreateRootAccessKey.self, DenyQuotaRequest.self, DescribeImageCopies.self, DescribeServer.self,
        DescribeThrottling.self, EndConsoleSessions.self, EstimateImageCopy.self, GrantQuotaRequest.self, ListConsoleSessions.self,
        ListQuotaRequests.self, ListQuotas.self, ListUploadedBlocks.self, ModifyThrottling.self, SetQuota.self,
    ]

    static func noSpace(_ message: String) -> Refusal { Refusal(code: "ServiceUnavailable", message: message, status: .serviceUnavailable) }
}
