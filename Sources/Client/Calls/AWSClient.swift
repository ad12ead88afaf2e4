import Synchronization
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Signed calls to AWS-style endpoints, tried again where that is safe.
///
/// One client serves any number of concurrent calls to any service and Region; call ``shutdown()`` at its end.
package final class AWSClient: Sendable {
    /// What the client takes from the outside, so that a test decides time and chance.
    package struct Surroundings: Sendable {
        package var clock: any Clock<Duration> = ContinuousClock()
        package var now: @Sendable () -> Date = { Date() }
        /// A random number from 0 up to 1.
        package var jitter: @Sendable () -> Double = { Double.random(in: 0..<1) }

        package init() {}
    }

    package let endpoints: Endpoints
    private let credential: Credential
    private let retry: RetryPolicy
    private let surroundings: Surroundings
    private let exchange: HTTPExchange
    private let hasAnswered = Mutex(false)

    /// - Parameters:
    ///   - connections: how many connections to one host are kept for concurrent calls.
    ///   - trustedCertificates: a PEM file of authorities to trust in place of the system's, as `AWS_CA_BUNDLE` names it.
    package init(
        endpoints: Endpoints,
        credential: Credential,
        connections: Int = 64,
        trustedCertificates: String? = nil,
        retry: RetryPolicy = RetryPolicy(),
        surroundings: Surroundings = Surroundings()
    ) {
        self.endpoints = endpoints
        self.credential = credential
        self.retry = retry
        self.surroundings = surroundings
        exchange = HTTPExchange(connections: connections, trustedCertificates: trustedCertificates)
    }

    /// Closes the connections; no call may be in flight.
    package func shutdown() async throws {
        try await exchange.shutdown()
    }

    /// Sends a call until it succeeds, fails for good, or has been tried as often as the policy allows.
    ///
    /// - Throws: ``AWSError`` when the service refused, ``ConnectionFailure`` when none answered, `CancellationError`.
    package func send(_ call: Call) async throws -> Answer {
        var attempt = 1
        while true {
            try Task.checkCancellation()
            do {
                return try await sendOnce(call, attempt: attempt)
            } catch let error as AWSError {
                hasAnswered.withLock { $0 = true }
                try await pause(after: error, throttled: error.isThrottle, attempt: attempt, call: call)
            } catch let error as ConnectionFailure {
                try await pause(after: error, throttled: false, attempt: attempt, call: call)
            }
            attempt += 1
        }
    }

    /// Waits before the next attempt, or throws the error when there is to be none.
    private func pause(after error: any Error, throttled: Bool, attempt: Int, call: Call) async throws {
        let allowed = hasAnswered.withLock { $0 } ? retry.attempts : min(retry.attempts, retry.attemptsBeforeFirstAnswer)
        guard attempt < allowed, retry.allowsRepeating(call, after: error) else { throw error }
        let wait = retry.wait(after: attempt, throttled: throttled, jitter: surroundings.jitter())
        try await surroundings.clock.sleep(for: wait)
    }

    private func sendOnce(_ call: Call, attempt: Int) async throws -> Answer {
        let endpoint = endpoints.url(of: call.service, in: call.region)
        // Signed anew for every attempt: a signature ages, and waits add up.
        let request = try SignedRequest(call, endpoint: endpoint, credential: credential, at: surroundings.now())
        do {
            let (status, headers, body) = try await exchange.perform(request, answerLimit: call.answerLimit)
            guard (200..<300).contains(status) else {
                var error = AWSError(reading: body, status: status, headers: headers, call: call)
                error.attempt = attempt
                throw error
            }
            hasAnswered.withLock { $0 = true }
            return Answer(status: status, headers: headers, body: body, attempt: attempt)
        } catch let failure as HTTPExchange.Failure {
            guard !failure.isFinal else { throw UnexpectedAnswer(action: call.action, problem: failure.cause) }
            throw ConnectionFailure(
                action: call.action,
                region: call.region,
                endpoint: endpoint,
                cause: failure.cause,
                mayHaveBeenTaken: failure.mayHaveBeenTaken,
                attempt: attempt
            )
        }
    }
}
