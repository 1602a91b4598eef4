module.exports = {
  context: __dirname,
  devtool: 'source-map',
  entry: './src/library.js',
  experiments: { outputModule: true },
  output: { module: true, library: { type: 'module' } },
}
