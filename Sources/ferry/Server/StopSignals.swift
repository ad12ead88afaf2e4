import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// What SIGTERM and SIGINT do: the first stops the server in order, a second ends it at once.
struct StopSignals {
    private let signals: UnixSignalsSequence
    private let logger: Logger
    private let cleanUp: @Sendable () -> Void

    /// Catches the signals from here on.
    ///
    /// - Parameter cleanUp: done before the process ends at once.
    init(logger: Logger, cleanUp: @escaping @Sendable () -> Void) async {
        self.logger = logger
        self.cleanUp = cleanUp
        signals = await UnixSignalsSequence(trapping: [.sigterm, .sigint])
    }

    /// Returns when its task is cancelled.
    func stop(_ services: ServiceGroup) async {
        var isStopping = false
        for await signal in signals {
            if isStopping {
                logger.warning("Stopped at once: unacknowledged work is undone, or continued at the next start")
                cleanUp()
                _exit(128 + signal.rawValue)
            }
            isStopping = true
            logger.info("Stopping when requests in progress have ended; a second signal stops at once", metadata: ["signal": "\(signal)"])
            ServiceManager.tell(.stopping)
            await services.triggerGracefulShutdown()
        }
    }
}
