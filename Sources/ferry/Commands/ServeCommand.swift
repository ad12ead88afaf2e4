import ArgumentParser
import Domain
import Files
import Foundation
import Logging
import Sealing
import Services

/// Runs a server.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve Regions over the EC2, EBS direct, KMS, S3, STS, IAM, Organizations, Recycle Bin and Service Quotas APIs.",
        discussion: """
            The first start creates an account with an access key, which it writes to DIR/credentials (only its owner can read it), and the \
            root key of all KMS keys, DIR/root.key. Keep a copy of the root key elsewhere. \
            FERRY_ROOT_ACCOUNT_ID, FERRY_ROOT_ACCESS_KEY_ID and FERRY_ROOT_SECRET_ACCESS_KEY set the account and its key instead. \
            On SIGTERM and SIGINT, requests in progress may finish; a second signal stops the server at once.
            """
    )

    @OptionGroup var folder: DataFolderOptions
    @OptionGroup var rootKey: RootKeyOptions
    @OptionGroup var connections: ConnectionOptions
    @OptionGroup var machines: MachineOptions

    @Option(
        help: ArgumentHelp(
            "A PostgreSQL database, 15 or later, that keeps the rows in place of the SQLite files of the data folder, as "
                + "postgresql://user@host:port/database. A password is better in PGPASSFILE than in the URL. Packs stay in the folder.",
            valueName: "url"
        )
    )
    var database: String?

    @Option(help: ArgumentHelp("The address to listen on; port 0 picks a free port.", valueName: "host:port"))
    var listen = ListenAddress(host: "127.0.0.1", port: 4566)

    @Option(
        help: ArgumentHelp("The Regions to serve. (default: us-east-1,us-west-2,eu-west-1)", valueName: "a,b,c"),
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
            "A host name of this server. S3 clients may put a bucket in front of it (BUCKET.NAME); repeatable. localhost is always one.",
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

    @Option(help: ArgumentHelp("A PEM file with the server's certificate chain.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("A PEM file with the private key of the certificate.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "The most that copies may move from one Region into another: 200MiB/s for every pair, "
                + "us-east-1:eu-west-1=1Gbit/s for one; repeatable. (default: no limit)",
            valueName: "[from:into=]rate"
        )
    )
    var bandwidth: [String] = []

    @Option(
        help: ArgumentHelp(
            "The rate that an account's time-based copies may reserve between two Regions, written as for --bandwidth; repeatable. "
                + "(default: 2000MiB/s)",
            valueName: "[from:into=]rate"
        )
    )
    var timeBasedQuota: [String] = []

    @Option(
        help: ArgumentHelp(
            "Minimum seconds between collections of deleted data. Data is kept for a minute after its deletion, or for this time if it is shorter.",
            valueName: "seconds"
        )
    )
    var collectEvery = 300

    @Flag(
        help: "Accept copies whose KMS key cannot be used and let them fail later, as EC2 does. Without this they are refused."
    )
    var lateKeyChecks = false

    @Option(
        help: ArgumentHelp(
            "How long it takes at least to restore an archived snapshot: 0 to 72. EC2 takes 24 to 72 hours.",
            valueName: "hours"
        )
    )
    var archiveRestoreHours = 0

    @Option(
        help: ArgumentHelp(
            "For how long a volume is being optimized after it was modified, at least: it has its new size and type by then.",
            valueName: "minutes"
        )
    )
    var volumeOptimizationMinutes = 0

    @Option(
        help: ArgumentHelp(
            "How often an account may call each action: protect (far above what a pipeline needs), aws (the rates of EC2) or off. "
                + "'ferry throttling' changes it while the server runs.",
            valueName: "profile"
        )
    )
    var throttling = ThrottlingProfile.protect

    @Option(
        help: ArgumentHelp(
            "A file, or a folder of *.json files, with the keys of identity providers whose tokens AssumeRoleWithWebIdentity takes: "
                + #"each {"issuer": "https://…", "keys": […]}, a JSON Web Key Set with the issuer beside it. "#
                + "A file is read again when it changes; nothing is fetched from a network.",
            valueName: "path"
        )
    )
    var oidcKeys: String?

    @Option(help: "The least severe messages to log.")
    var logLevel: Logger.Level = .info

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
        guard collectEvery >= 1 else { throw ValidationError("--collect-every must be at least 1 second") }
        guard (0...72).contains(archiveRestoreHours) else { throw ValidationError("--archive-restore-hours must be from 0 to 72") }
        guard (0...1_440).contains(volumeOptimizationMinutes) else {
            throw ValidationError("--volume-optimization-minutes must be from 0 to 1440")
        }
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
                folder: try DataFolder(path: folder.folder.path, database: database),
                rootKey: try rootKey.source(),
                rootAccount: rootAccount(),
                address: listen,
                regions: regions,
                limits: limits,
                encryption: EncryptionOptions(checksKeysLate: lateKeyChecks),
                archiveRestoreHours: archiveRestoreHours,
                volumeOptimizationMinutes: volumeOptimizationMinutes,
                throttling: throttling,
                identityProviderKeys: oidcKeys.map(PathText.absolute),
                hostNames: hostName,
                tls: tls,
                collections: Collector.Schedule(pause: pause, grace: min(60, pause)),
                guests: machines.settings,
                connectionLimits: connections.limits(files: FileLimit.raise()),
                drainTime: .seconds(connections.drainTimeout),
                logger: Logger(label: "ferry")
            )
            try await server.run()
        } catch {
            Terminal.complain("\(FoundationFailure.inPlainWords(error))")
            throw ExitCode.failure
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

extension ThrottlingProfile: ExpressibleByArgument {}
