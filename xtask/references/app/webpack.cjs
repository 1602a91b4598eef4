// Bundles the library with webpack, which has no command line without another package.
//
// usage: node webpack.cjs DIRECTORY

const webpack = require('webpack')

const configuration = {
  context: __dirname,
  devtool: 'source-map',
  entry: './src/library.js',
  experiments: { outputModule: true },
  mode: 'production',
  output: { library: { type: 'module' }, module: true, path: process.argv[2] },
}

webpack(configuration, (error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString())
    process.exit(1)
  }
})
