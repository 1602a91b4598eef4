const path = require("path");
const BundleTracker = require("webpack-bundle-tracker");
const MiniCssExtractPlugin = require("mini-css-extract-plugin");

module.exports = {
  mode: "production",
  devtool: "source-map",
  context: __dirname,
  entry: "./frontend/main.js",
  output: {
    path: path.resolve(__dirname, "bundles"),
    publicPath: "auto",
    filename: "[name]-[contenthash:16].js",
    chunkFilename: "[name]-[contenthash:16].js",
    assetModuleFilename: "images/[hash][ext]",
  },
  module: {
    rules: [
      { test: /\.css$/, use: [MiniCssExtractPlugin.loader, "css-loader"] },
      { test: /\.svg$/, type: "asset/resource" },
    ],
  },
  plugins: [
    new MiniCssExtractPlugin({ filename: "[name]-[contenthash:16].css" }),
    new BundleTracker({ path: __dirname, filename: "webpack-stats.json", relativePath: true }),
  ],
};
