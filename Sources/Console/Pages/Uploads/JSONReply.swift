import API
import Domain
import HTTPTypes
import NIOCore
import Services

extension Reply {
    /// For a script of the console.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Reply {
        let bytes = try JSONText.encode(value)
        return Reply(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ByteBuffer(bytes: bytes)
        )
    }
}

extension Visit {
    /// Tells a script what was refused, in the words and with the code of the API.
    func tellingScript(_ work: () async throws -> Reply) async throws -> Reply {
        do {
            return try await work()
        } catch let refusal as CallRefusal {
            return try .json(RefusalTold(refusal), status: .init(code: refusal.status))
        } catch let fault as Fault {
            return try .json(RefusalTold(refusal(fault.code.rawValue, fault.message)), status: .badRequest)
        } catch {
            let fault = PageFault(error)
            guard fault.status < 500 || fault.status == 503 else { throw error }
            return try .json(RefusalTold(fault, requestID: requestID), status: .init(code: fault.status))
        }
    }
}

private struct RefusalTold: Encodable {
    let code: String
    let message: String
    let request: String

    init(_ refusal: CallRefusal) { (code, message, request) = (refusal.code, refusal.message, refusal.requestID) }

    init(_ fault: PageFault, requestID: String) { (code, message, request) = (fault.code, fault.message, requestID) }
}
