import Logging
import Synchronization
import Wire

/// Tells the log, at `info`, who was refused for the signature, and what was changed, with account, source address and request id. The one place
/// for all services; what there is to tell of an action stands in `Change`.
final class SecurityLog: Sendable {
    private let budget = Mutex(LineBudget())
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// A call was obeyed.
    ///
    /// - Parameter logger: of the request: what it was found to be stands in its metadata.
    func note(_ change: Change, by request: IncomingRequest, _ logger: Logger) {
        var logger = logger
        logger[metadataKey: "address"] = "\(request.address)"
        if logger[metadataKey: "resource"] == nil { logger[metadataKey: "resource"] = "\(request.target.path.encoded.prefix(1024))" }
        change.tell(logger)
    }

    /// A request was refused before it was known whose it is: for its signature, if it has one.
    func noteRefusal(of request: IncomingRequest, with status: Int, _ logger: Logger) {
        guard (400..<500).contains(status), request.hasSignature else { return }
        var logger = logger
        logger[metadataKey: "address"] = "\(request.address)"
        refused(status, from: request.address, logger)
    }

    /// A sign-in to the console was refused.
    func noteRefusedSignIn(from address: String, _ logger: Logger) {
        tell(from: address, logger) { logger.info("Refused a sign-in to the console") }
    }

    private func refused(_ status: Int, from address: String, _ logger: Logger) {
        tell(from: address, logger) { logger.info("Refused a signature", metadata: ["status": "\(status)"]) }
    }

    private func tell(from address: String, _ logger: Logger, _ line: () -> Void) {
        switch budget.withLock({ $0.spend(from: address, at: .now) }) {
        case .told: line()
        case .firstUntold:
            logger.notice("Too many refused signatures: only counting them for the next minute")
            Task { [weak self] in
                try? await Task.sleep(for: LineBudget.window)
                self?.tellUntold()
            }
        case .untold: break
        }
    }

    private func tellUntold() {
        let count = budget.withLock { $0.takeUntold() }
        if count > 0 { logger.info("Refused signatures that were not told one by one", metadata: ["count": "\(count)"]) }
    }
}

/// How many lines strangers may cause: a few from each address in a minute, and not many from all of them. The rest is counted.
private struct LineBudget {
    enum Line {
        case told, firstUntold, untold
    }

    static let window = Duration.seconds(60)
    private static let perAddress = 10
    private static let inAll = 100

    private var start = ContinuousClock.now
    /// Never more addresses than lines.
    private var told: [String: Int] = [:]
    private var toldInAll = 0
    private var untold = 0

    /// - Returns: what becomes of the line.
    mutating func spend(from address: String, at now: ContinuousClock.Instant) -> Line {
        if now - start >= Self.window {
            (start, told, toldInAll) = (now, [:], 0)
        }
        guard toldInAll < Self.inAll, told[address, default: 0] < Self.perAddress else {
            untold += 1
            return untold == 1 ? .firstUntold : .untold
        }
        told[address, default: 0] += 1
        toldInAll += 1
        return .told
    }

    /// How many lines were counted and not told, which are told by this.
    mutating func takeUntold() -> Int {
        defer { untold = 0 }
        return untold
    }
}
