import ArgumentParser
import Client
import Domain
import Foundation
import Services

/// `ferry certificate`: what bundles for a Region are made with.
struct CertificateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "Print the certificate of a Region, for ferry bundle --ec2-cert.",
        discussion: """
            A Region has one from its first start. It is not secret; its private key never leaves the data folder. Where the rows are in \
            PostgreSQL, the server is asked, and must run.
            """
    )

    @OptionGroup var folder: DataFolderOptions

    @Option(help: ArgumentHelp("The Region. Only needed if there are several.", valueName: "region"))
    var region: Region?

    func run() async throws {
        let folder = folder.folder
        let isAsked = folder.hasRowsElsewhere && folder.isServed
        let regions = try isAsked ? folder.regions() : Maintenance(folder: folder).regions()
        guard let region = region ?? (regions.count == 1 ? regions.first : nil) else {
            let known = regions.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\(folder.path) has several Regions; give one with --region: \(known)")
        }
        guard regions.contains(region) else {
            Terminal.complain("there is no Region \(region) in \(folder.path)\n  Name the folder of the server with --data.")
            throw ExitCode.failure
        }
        guard let pem = try await certificate(of: region, in: folder, askingServer: isAsked) else {
            Terminal.complain("\(region) has no certificate yet: start the server once to create it")
            throw ExitCode.failure
        }
        Terminal.say(pem.trimmingCharacters(in: .newlines))
    }

    /// A server that has started for the first time makes it in a moment.
    private func certificate(of region: Region, in folder: DataFolder, askingServer isAsked: Bool) async throws -> String? {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let pem = isAsked ? try await told(of: region, in: folder) : try await Maintenance(folder: folder).certificate(of: region)
            if let pem { return pem }
            guard folder.isServed, ContinuousClock.now < deadline else { return nil }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// What the server that runs over the folder says: its page needs no access key that is allowed anything.
    private func told(of region: Region, in folder: DataFolder) async throws -> String? {
        var request = ConnectionRequest()
        (request.dataFolder, request.region) = (folder.path, region.rawValue)
        return try await Session.run(Connection(request, environment: ProcessInfo.processInfo.environment)) { session in
            try await doing("asking the server for the certificate of \(region)") {
                try await session.client.certificate(ofRegion: region.rawValue)
            }
        }
    }
}
