import NIOCore
import NIOHTTP1

extension AWSClient {
    /// The certificate that bundles for a Region are made with, in PEM; nil when the server has no such page, as AWS has not.
    package func certificate(ofRegion region: String) async throws -> String? {
        guard !endpoints.isAWS else { return nil }
        let path = "/_ferry/certificates/\(region)"
        do {
            let answer = try await send(Call(service: .ec2, action: "GetCertificate", region: region, method: .GET, path: path))
            return String(buffer: answer.body)
        } catch let error as AWSError where (400..<500).contains(error.status) {
            return nil
        }
    }
}
