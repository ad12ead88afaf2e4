import ArgumentParser
import Domain
import Foundation
import Logging
import Sealing
import Services

/// Runs a server.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve Regions over the EC2, EBS direct, KMS, S3, STS and IAM APIs.",
        discussion: """
            At first start it makes an account with an access key and writes the key to DIR/credentials, readable by its owner alone, \
            and the root key of the KMS keys, DIR/root.key, of which a copy is to be kept elsewhere. \
            FERRY_ROOT_ACCOUNT_ID, FERRY_ROOT_ACCESS_KEY_ID and FERRY_ROOT_SECRET_ACCESS_KEY set the account and its key instead. \
            It stops in order on SIGTERM and SIGINT, and at once on a second one.
            """
    )

    @OptionGroup var folder: DataFolderOptions
    @OptionGroup var rootKey: RootKeyOptions
    @OptionGroup var connections: ConnectionOptions

    @Option(help: ArgumentHelp("Where to listen; port 0 takes a free one.", valueName: "host:port"))
    var listen = ListenAddress(host: "127.0.0.1", port: 4566)

    @Option(
        help: ArgumentHelp("The Regions to serve.", valueName: "a,b,c"),
        transform: { text in
            let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            let regions = try names.map { name in
                guard let region = Region(rawValue: name) else { throw ValidationError("'\(name)' is not the name of a Region") }
                return region
            }
            guard !regions.isEmpty, Set(regions).count == regions.count else { throw ValidationError("Name each Region once") }
            return regions
        }
    )
    var regions: [Region] = ["us-east-1", "us-west-2", "eu-west-1"].compactMap(Region.init(rawValue:))

    @Option(
        help: ArgumentHelp(
            "A name of this server, behind which clients of S3 may put a bucket (depot.images.example.org); repeatable. localhost is always one.",
            valueName: "name"
        ),
        transform: { text in
            let name = text.lowercased()
            guard name.wholeMatch(of: /[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/) != nil, !name.contains(".."), name.last?.isNumber != true
            else {
                throw ValidationError("'\(text)' is not a host name")
            }
            return name
        }
    )
    var hostName: [String] = []

    @Option(help: ArgumentHelp("A PEM file with the server's certificate and its chain.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("A PEM file with the certificate's private key.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "How many bytes of blocks may move from a Region into another each second, as 200MiB/s for every pair or "
                + "us-east-1:eu-west-1=1Gbit/s for one; repeatable. No limit unless set.",
            valueName: "[from:into=]rate"
        )
    )
    var bandwidth: [String] = []

    @Option(
        help: ArgumentHelp(
            "What the time-based copies of an account may set aside between two Regions, written as for --bandwidth; repeatable. "
                + "2000MiB/s unless set.",
            valueName: "[from:into=]rate"
        )
    )
    var timeBasedQuota: [String] = []

    @Option(
        help: ArgumentHelp(
            "The shortest time between two collections of what was deleted; what was deleted less than a minute ago is kept, or less than this.",
            valueName: "seconds"
        )
    )
    var collectEvery = 300

    @Flag(
        help: "Take on copies whose KMS key cannot be used and let them fail later, as EC2 does. They are refused unless set."
    )
    var lateKeyChecks = false

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = .info

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
        guard collectEvery >= 1 else { throw ValidationError("--collect-every takes a second or more") }
        _ = try limits()
    }

    private func limits() throws -> LinkLimits {
        var limits = LinkLimits()
        do {
            limits.bandwidth = try PairLimits(reading: bandwidth, regions: regions)
        } catch {
            throw ValidationError("--bandwidth \(error)")
        }
        do {
            limits.timeBasedQuota = try PairLimits(reading: timeBasedQuota, others: TimeBasedRules.pairQuota, regions: regions)
        } catch {
            throw ValidationError("--time-based-quota \(error)")
        }
        return limits
    }

    private func rootAccount() -> RootAccount.Override {
        let secret = EnvironmentSecret.take("FERRY_ROOT_SECRET_ACCESS_KEY")
        return RootAccount.Override(
            environment: ProcessInfo.processInfo.environment,
            secretAccessKey: secret?.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        )
    }

    func run() async throws {
        let level = logLevel
        LoggingSystem.bootstrap { label in
            var handler = OneLineLogHandler(label: label)
            handler.logLevel = level
            return handler
        }
        var tls: Server.TLSFiles?
        if let tlsCertificate, let tlsKey { tls = Server.TLSFiles(certificate: tlsCertificate, key: tlsKey) }
        let pause = Double(collectEvery)
        let limits = try limits()
        do {
            let server = Server(
                folder: folder.folder,
                rootKey: try rootKey.source(),
                rootAccount: rootAccount(),
                address: listen,
                regions: regions,
                limits: limits,
                encryption: EncryptionOptions(checksKeysLate: lateKeyChecks),
                hostNames: hostName,
                tls: tls,
                collections: Collector.Schedule(pause: pause, grace: min(60, pause)),
                connectionLimits: connections.limits(files: FileLimit.raise()),
                drainTime: .seconds(connections.drainTimeout),
                logger: Logger(label: "ferry")
            )
            try await server.run()
        } catch {
            FileHandle.standardError.write(Data("ferry serve: \(FoundationFailure.inPlainWords(error))\n".utf8))
            throw ExitCode.failure
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
