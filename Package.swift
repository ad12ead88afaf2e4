// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is compiled with; dependencies keep their own settings.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// The program holds the Swift runtime and Foundation, so that it runs where no Swift is installed. This concerns linking alone: nothing is
/// compiled in another way. lld, because the archives refer to each other.
let selfContained: [LinkerSetting] = [
    .unsafeFlags(["-static-stdlib", "-use-ld=lld"]),
    .linkedLibrary("CoreFoundation"), .linkedLibrary("_FoundationCShims"), .linkedLibrary("_FoundationCollections"),
    .linkedLibrary("_FoundationICU"),
]

let targets: [Target] = [
    // Below all: loops of tasks; bytes as text.
    .target(name: "Concurrency", swiftSettings: strict),
    .target(name: "Hexadecimal", swiftSettings: strict),

    // 0: values and rules; AWS dialects and signatures; what the standard library lacks of files.
    .target(name: "Domain", dependencies: ["Hexadecimal"], swiftSettings: strict),
    .target(name: "Files", swiftSettings: strict),
    .target(name: "Wire", dependencies: ["Hexadecimal", .product(name: "Crypto", package: "swift-crypto")], swiftSettings: strict),

    .target(
        name: "Connections",
        dependencies: [
            .product(name: "HTTPTypes", package: "swift-http-types"),
            .product(name: "HummingbirdCore", package: "hummingbird"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        ],
        swiftSettings: strict
    ),

    // 1: bytes; bundles; disks in other formats; keys; rows; the signed HTTP call.
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CFallocate"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(
        name: "Blocks",
        dependencies: [
            "CCrypto", "CFallocate", "CZstd", "Files", "Hexadecimal",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
        ],
        swiftSettings: strict
    ),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
        name: "Bundles",
        dependencies: [
            "CZlib", "Hexadecimal", "Wire",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "CryptoExtras", package: "swift-crypto"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "SwiftASN1", package: "swift-asn1"),
            .product(name: "X509", package: "swift-certificates"),
        ],
        swiftSettings: strict
    ),
    .target(
        name: "DiskImages",
        dependencies: ["CZlib", "CZstd", "Files", "Hexadecimal", "Wire", .product(name: "Crypto", package: "swift-crypto")],
        swiftSettings: strict
    ),
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .target(
        name: "Metadata",
        dependencies: [
            "CLibPQ", "Domain", .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
        ],
        swiftSettings: strict
    ),
    .target(
        name: "Sealing",
        dependencies: [
            "Domain", "Hexadecimal",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "CryptoExtras", package: "swift-crypto"),
            .product(name: "SwiftASN1", package: "swift-asn1"),
        ],
        swiftSettings: strict
    ),
    .target(
        name: "Client",
        dependencies: [
            "Concurrency", "Files", "Hexadecimal", "Wire",
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOFoundationCompat", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ],
        swiftSettings: strict
    ),

    // 1: the network and the console of a guest, and the program that is one.
    .systemLibrary(name: "CSlirp", providers: [.apt(["libslirp-dev"])]),
    .target(name: "GuestNetwork", dependencies: ["CSlirp", "Files", "Hexadecimal"], swiftSettings: strict),
    .executableTarget(
        name: "ferry-network",
        dependencies: ["GuestNetwork"],
        swiftSettings: strict,
        linkerSettings: [.unsafeFlags(["-static-stdlib", "-use-ld=lld"])]
    ),

    // 2: how a Region reaches another; how guests run, and what they are told.
    .systemLibrary(name: "CSpawn"),
    .target(
        name: "Transfer",
        dependencies: ["Concurrency", "Domain", "Blocks", .product(name: "NIOCore", package: "swift-nio")],
        swiftSettings: strict
    ),
    .target(
        name: "Machines",
        dependencies: [
            "CSpawn", "Domain", "Files", "GuestNetwork", "Wire",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
        ],
        swiftSettings: strict
    ),

    // 3: what the product does.
    .target(
        name: "Services",
        dependencies: [
            "Domain", "Files", "GuestNetwork", "Hexadecimal", "Blocks", "Bundles", "DiskImages", "Sealing", "Machines", "Metadata",
            "Transfer",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        ],
        swiftSettings: strict
    ),

    // 4: the edges.
    .target(
        name: "API",
        dependencies: [
            "Connections", "Domain", "Hexadecimal", "Sealing", "Wire", "Services",
            .product(name: "Hummingbird", package: "hummingbird"),
            .product(name: "HTTPTypes", package: "swift-http-types"),
            .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "Crypto", package: "swift-crypto"),
        ],
        swiftSettings: strict
    ),

    // 5: pages for people, over calls of the API.
    .target(
        name: "Console",
        dependencies: [
            "API", "Client", "Domain", "Hexadecimal", "Services", "Wire",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "HTTPTypes", package: "swift-http-types"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "Mustache", package: "swift-mustache"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        ],
        resources: [.embedInCode("Files")],
        swiftSettings: strict
    ),

    // 6: the one executable.
    .systemLibrary(name: "CMalloc"),
    .executableTarget(
        name: "ferry",
        dependencies: [
            "CMalloc", "Connections", "Domain", "Files", "Wire", "Blocks", "Bundles", "DiskImages", "Sealing", "Metadata", "Client",
            "Transfer",
            "Services", "API", "Console",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "Hummingbird", package: "hummingbird"),
            .product(name: "HummingbirdCore", package: "hummingbird"),
            .product(name: "HummingbirdTLS", package: "hummingbird"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            .product(name: "Crypto", package: "swift-crypto"),
        ],
        swiftSettings: strict,
        linkerSettings: selfContained
    ),

    // The tests of each layer.
    .target(
        name: "TestSupport",
        dependencies: [
            "Domain", "Files", "Blocks", "Metadata", "Transfer",
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
        ],
        path: "Tests/TestSupport",
        swiftSettings: strict
    ),
    .testTarget(
        name: "ConnectionsTests",
        dependencies: [
            "Connections", "TestSupport",
            .product(name: "HTTPTypes", package: "swift-http-types"),
            .product(name: "HummingbirdCore", package: "hummingbird"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOEmbedded", package: "swift-nio"),
            .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        ],
        swiftSettings: strict
    ),
    .testTarget(name: "HexadecimalTests", dependencies: ["Hexadecimal", "TestSupport"], swiftSettings: strict),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"], swiftSettings: strict),
    .testTarget(
        name: "DomainTests",
        dependencies: ["Domain", "TestSupport"],
        exclude: ["Policies/Fixtures"],
        swiftSettings: strict
    ),
    .testTarget(
        name: "WireTests",
        dependencies: ["Wire", "TestSupport", .product(name: "Crypto", package: "swift-crypto")],
        swiftSettings: strict
    ),
    .testTarget(
        name: "BlocksTests",
        dependencies: [
            "Blocks", "Files", "TestSupport",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
        ],
        exclude: ["Fixtures"],
        swiftSettings: strict
    ),
    .testTarget(
        name: "BundlesTests",
        dependencies: [
            "Bundles", "Hexadecimal", "TestSupport",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "NIOCore", package: "swift-nio"),
        ],
        exclude: ["Fixtures"],
        swiftSettings: strict
    ),
    .testTarget(
        name: "DiskImagesTests",
        dependencies: ["DiskImages", "TestSupport", .product(name: "Crypto", package: "swift-crypto")],
        swiftSettings: strict
    ),
    .testTarget(
        name: "SealingTests",
        dependencies: ["Domain", "Sealing", "TestSupport", .product(name: "Crypto", package: "swift-crypto")],
        swiftSettings: strict
    ),
    .testTarget(name: "MetadataTests", dependencies: ["Domain", "Metadata", "TestSupport"], swiftSettings: strict),
    .testTarget(
        name: "ClientTests",
        dependencies: [
            "Client", "Files", "Wire",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
        ],
        swiftSettings: strict
    ),
    .testTarget(name: "GuestNetworkTests", dependencies: ["GuestNetwork", "TestSupport"], swiftSettings: strict),
    .testTarget(
        name: "TransferTests",
        dependencies: ["Concurrency", "Domain", "Blocks", "Transfer", "TestSupport", .product(name: "NIOCore", package: "swift-nio")],
        swiftSettings: strict
    ),
    .testTarget(
        name: "MachinesTests",
        dependencies: [
            "Domain", "Files", "GuestNetwork", "Machines", "TestSupport",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
        ],
        swiftSettings: strict
    ),
    .testTarget(
        name: "ServicesTests",
        dependencies: [
            "Domain", "Blocks", "Bundles", "GuestNetwork", "Machines", "Sealing", "Metadata", "Transfer", "Services", "TestSupport",
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
        ],
        swiftSettings: strict
    ),
    .testTarget(
        name: "APITests",
        dependencies: [
            "API", "Blocks", "Connections", "Domain", "Hexadecimal", "Metadata", "Services", "TestSupport", "Wire",
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "CryptoExtras", package: "swift-crypto"),
            .product(name: "HTTPTypes", package: "swift-http-types"),
            .product(name: "Hummingbird", package: "hummingbird"),
            .product(name: "HummingbirdCore", package: "hummingbird"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOEmbedded", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        ],
        exclude: ["Path/Fixtures"],
        swiftSettings: strict
    ),
    .testTarget(
        name: "ConsoleTests",
        dependencies: ["Client", "Console", "TestSupport", .product(name: "NIOCore", package: "swift-nio")],
        swiftSettings: strict
    ),
]

let package = Package(
    name: "ferry",
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", exact: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift.git", exact: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", exact: "1.37.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-certificates.git", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1.git", exact: "1.7.4"),
    ],
    targets: targets
)
